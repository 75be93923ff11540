/** A message that disappears after ten seconds, with at most one action. */

import { CloseIcon } from "../shared/icons";
import { usePassing } from "../shared/use-passing";
import { words } from "../shared/words";
import { toast } from "./state";

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
