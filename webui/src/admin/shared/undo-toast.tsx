/** What was just done, for ten seconds, with an undo button. */

import { signal } from "@preact/signals";
import { CloseIcon, UndoIcon } from "../../shared/icons";
import { usePassing } from "../../shared/use-passing";
import { words } from "../../shared/words";

interface Said {
  text: string;
  isFailed?: boolean;
  /** Null when it cannot be undone. */
  undo: (() => void) | null;
}

export const said = signal<Said | null>(null);

function forget(): void {
  said.value = null;
}

/** A live region; the pointer or the focus on it keeps the message. */
export function UndoToast() {
  const shown = said.value;
  const hold = usePassing(shown, forget);

  return (
    <div class="undo-place" role="status" {...hold}>
      {shown !== null && (
        <div class={shown.isFailed === true ? "undo-toast is-failed" : "undo-toast"} id="said">
          <span>{shown.text}</span>
          {shown.undo !== null && (
            <button type="button" id="undo" class="undo-button" onClick={() => shown.undo?.()}>
              <UndoIcon />
              {words.value.undo}
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
