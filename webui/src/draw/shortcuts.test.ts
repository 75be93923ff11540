import { expect, test } from "vitest";
import { shortcutOf, type KeyPress } from "./shortcuts";

function press(key: string, changes: Partial<KeyPress> = {}): KeyPress {
  const plain = { isRepeat: false, hasModifier: false, hasCommand: false };
  return { key, ...plain, isOnControl: false, isElsewhere: false, ...changes };
}

test("a digit key labels, Enter confirms", () => {
  expect(shortcutOf(press("7"))).toEqual({ kind: "label", label: 7 });
  expect(shortcutOf(press("Enter"))).toEqual({ kind: "confirm" });
});

test("a key that is held down does not label the next drawing too", () => {
  expect(shortcutOf(press("7", { isRepeat: true }))).toBeNull();
  expect(shortcutOf(press("Enter", { isRepeat: true }))).toBeNull();
});

test("Enter on a button presses that button", () => {
  expect(shortcutOf(press("Enter", { isOnControl: true }))).toBeNull();
  expect(shortcutOf(press("7", { isOnControl: true }))).toEqual({ kind: "label", label: 7 });
});

test("keys in a text field or a dialog are left to it", () => {
  expect(shortcutOf(press("7", { isElsewhere: true }))).toBeNull();
});

test("the browser keeps its own keys", () => {
  expect(shortcutOf(press("p", { hasCommand: true }))).toBeNull();
  expect(shortcutOf(press("1", { hasModifier: true }))).toBeNull();
});

test("Ctrl-Z and Backspace undo a stroke", () => {
  expect(shortcutOf(press("z", { hasCommand: true }))).toEqual({ kind: "undo" });
  expect(shortcutOf(press("Backspace", { isRepeat: true }))).toEqual({ kind: "undo" });
});
