/** Keyboard shortcuts of the page, and the dialog that lists them. */

import { Dialog } from "../shared/dialog";
import { confirm, label } from "./label-actions";
import { askForPicture, clear, focusPad, undo } from "./pad-actions";
import { type KeyPress, shortcutOf } from "./shortcuts";
import { are_keys_open, are_steps_open, new_version } from "./state";
import { drawWords } from "./words";

let was_pointer = false;

/** A button that was clicked keeps the focus; Enter is then meant for the drawing, not for it. */
function watchPointers(): void {
  document.addEventListener("pointerdown", () => (was_pointer = true), true);
  document.addEventListener(
    "keydown",
    ({ key }) => {
      if (key === "Tab") was_pointer = false;
    },
    true,
  );
}

function pressOf(event: KeyboardEvent): KeyPress {
  const target = event.target instanceof Element ? event.target : null;
  return {
    key: event.key,
    is_repeat: event.repeat,
    has_modifier: event.altKey,
    has_command: event.ctrlKey || event.metaKey,
    is_on_control: !was_pointer && target?.closest("button, a, summary") != null,
    is_elsewhere:
      event.isComposing ||
      target?.closest("input, textarea, select") != null ||
      document.querySelector("dialog[open]") !== null,
  };
}

function act(event: KeyboardEvent): void {
  const shortcut = shortcutOf(pressOf(event));
  if (shortcut === null) return;
  event.preventDefault();
  switch (shortcut.kind) {
    case "label":
      void label(shortcut.label);
      break;
    case "confirm":
      void confirm();
      break;
    case "undo":
      undo();
      break;
    case "clear":
      new_version.value = null;
      clear();
      break;
    case "canvas":
      focusPad();
      break;
    case "picture":
      askForPicture();
      break;
    case "steps":
      are_steps_open.value = !are_steps_open.value;
      break;
    case "keys":
      are_keys_open.value = true;
      break;
  }
}

export function listenForKeys(): void {
  watchPointers();
  document.addEventListener("keydown", act);
}

export function KeysDialog() {
  if (!are_keys_open.value) return null;
  const w = drawWords.value;
  return (
    <Dialog title={w.keys_title} onClose={() => (are_keys_open.value = false)}>
      <dl class="keys-list">
        {w.keys_list.map(([keys, meaning]) => (
          <div key={keys} class="keys-row">
            <dt>
              {keys.split(" ").map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
