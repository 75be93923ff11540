/** Keyboard shortcuts of the page, and the dialog that lists them. */

import { Dialog } from "../shared/dialog";
import { confirm, label } from "./label-actions";
import { askForPicture, clear, focusPad, undo } from "./pad-actions";
import { type KeyPress, shortcutOf } from "./shortcuts";
import { areKeysOpen, areStepsOpen, newVersion } from "./state";
import { drawWords } from "./words";

let wasPointer = false;

/** A clicked button keeps the focus, but Enter is then meant for the drawing. */
function watchPointers(): void {
  document.addEventListener("pointerdown", () => (wasPointer = true), true);
  document.addEventListener(
    "keydown",
    ({ key }) => {
      if (key === "Tab") wasPointer = false;
    },
    true,
  );
}

function pressOf(event: KeyboardEvent): KeyPress {
  const target = event.target instanceof Element ? event.target : null;
  return {
    key: event.key,
    isRepeat: event.repeat,
    hasModifier: event.altKey,
    hasCommand: event.ctrlKey || event.metaKey,
    isOnControl: !wasPointer && target?.closest("button, a, summary") != null,
    isElsewhere:
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
      newVersion.value = null;
      clear();
      break;
    case "canvas":
      focusPad();
      break;
    case "picture":
      askForPicture();
      break;
    case "steps":
      areStepsOpen.value = !areStepsOpen.value;
      break;
    case "keys":
      areKeysOpen.value = true;
      break;
  }
}

export function listenForKeys(): void {
  watchPointers();
  document.addEventListener("keydown", act);
}

export function KeysDialog() {
  if (!areKeysOpen.value) return null;
  const w = drawWords.value;
  return (
    <Dialog title={w.keysTitle} onClose={() => (areKeysOpen.value = false)}>
      <dl class="keys-list">
        {w.keysList.map(([keys, meaning]) => (
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
