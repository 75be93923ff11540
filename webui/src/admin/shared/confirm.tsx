/** Asks before something that cannot be taken back, with the consequence spelled out. */

import type { ComponentChildren } from "preact";
import { Dialog } from "../../shared/dialog";
import { words } from "../../shared/language";

interface ConfirmProps {
  title: string;
  /** What the button does, as a verb. */
  action: string;
  onConfirm: () => void;
  onClose: () => void;
  /** What follows from it. */
  children: ComponentChildren;
}

export function Confirm({ title, action, onConfirm, onClose, children }: ConfirmProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      <div class="button-row">
        <button type="button" id="confirm" class="danger-button" onClick={onConfirm}>
          {action}
        </button>
        <button type="button" class="plain-button" onClick={onClose}>
          {words.value.cancel}
        </button>
      </div>
    </Dialog>
  );
}
