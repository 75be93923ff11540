/** A sentence that goes by itself after ten seconds, with at most one way to take it back. */

import { useEffect, useState } from "preact/hooks";
import { words } from "../i18n/language";
import { CloseIcon } from "../icons";
import { toast } from "./page-state";

const SHOWN_MS = 10_000; // look.md: undoable for ten seconds

export function Toast() {
  const shown = toast.value;
  const [is_held, setHeld] = useState(false);

  useEffect(() => {
    if (shown === null || is_held) return;
    const timer = setTimeout(() => (toast.value = null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [shown, is_held]);

  return (
    <div
      class="toast-place"
      role="status"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocusCapture={() => setHeld(true)}
      onBlurCapture={() => setHeld(false)}
    >
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
                toast.value = null;
              }}
            >
              {shown.action.name}
            </button>
          )}
          <button
            type="button"
            class="icon-button"
            aria-label={words.value.close}
            onClick={() => (toast.value = null)}
          >
            <CloseIcon />
          </button>
        </div>
      )}
    </div>
  );
}
