/** A sentence that goes by itself after ten seconds, with at most one way to take it back. */

import { CloseIcon } from "../shared/icons";
import { usePassing } from "../shared/use-passing";
import { toast } from "./state";
import { words } from "../shared/words";

function forget(): void {
  toast.value = null;
}

export function Toast() {
  const shown = toast.value;
  const hold = usePassing(shown, forget);

  return (
    <div class="toast-place" role="status" {...hold}>
      {shown !== null && (
        <div class="toast" id="toast">
          <span>{shown.text}</span>
          {shown.action !== null && (
            <button
              type="button"
              id="toast-action"
              class="toast-action"
              onClick={() => {
                shown.action?.run();
                forget();
              }}
            >
              {shown.action.name}
            </button>
          )}
          <button type="button" class="icon-button" aria-label={words.value.close} onClick={forget}>
            <CloseIcon />
          </button>
        </div>
      )}
    </div>
  );
}
