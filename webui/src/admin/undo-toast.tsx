/** What was just done, for ten seconds, with the way to take it back. Shared by all views. */

import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { words } from "../i18n/language";
import { CloseIcon, UndoIcon } from "../icons";

const SHOWN_MS = 10_000; // look.md: undoable for ten seconds

export interface Said {
  text: string;
  is_failed?: boolean;
  /** Null when there is nothing to take back. */
  undo: (() => void) | null;
}

export const said = signal<Said | null>(null);

/** Its place is a live region from the start; the pointer or the focus on it holds it. */
export function UndoToast() {
  const shown = said.value;
  const [is_held, setHeld] = useState(false);

  useEffect(() => {
    if (shown === null || is_held) return;
    const timer = setTimeout(() => (said.value = null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [shown, is_held]);

  return (
    <div
      class="undo-place"
      role="status"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocusCapture={() => setHeld(true)}
      onBlurCapture={() => setHeld(false)}
    >
      {shown !== null && (
        <div class={shown.is_failed === true ? "undo-toast is-failed" : "undo-toast"} id="said">
          <span>{shown.text}</span>
          {shown.undo !== null && (
            <button type="button" id="undo" class="undo-button" onClick={() => shown.undo?.()}>
              <UndoIcon />
              {words.value.undo_delete}
            </button>
          )}
          <button
            type="button"
            class="icon-button"
            aria-label={words.value.close}
            onClick={() => (said.value = null)}
          >
            <CloseIcon />
          </button>
        </div>
      )}
    </div>
  );
}
