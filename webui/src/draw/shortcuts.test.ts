import { expect, test } from "vitest";
import { shortcutOf, type KeyPress } from "./shortcuts";

function press(key: string, changes: Partial<KeyPress> = {}): KeyPress {
  const plain = { is_repeat: false, has_modifier: false, has_command: false };
  return { key, ...plain, is_on_control: false, is_elsewhere: false, ...changes };
}

test("a digit key labels, Enter confirms", () => {
  expect(shortcutOf(press("7"))).toEqual({ kind: "label", label: 7 });
  expect(shortcutOf(press("Enter"))).toEqual({ kind: "confirm" });
});

test("a key that is held down does not label the next drawing too", () => {
  expect(shortcutOf(press("7", { is_repeat: true }))).toBeNull();
  expect(shortcutOf(press("Enter", { is_repeat: true }))).toBeNull();
});

test("Enter on a button presses that button", () => {
  expect(shortcutOf(press("Enter", { is_on_control: true }))).toBeNull();
  expect(shortcutOf(press("7", { is_on_control: true }))).toEqual({ kind: "label", label: 7 });
});

test("keys in a text field or a dialog belong there", () => {
  expect(shortcutOf(press("7", { is_elsewhere: true }))).toBeNull();
});

test("the browser keeps its own keys", () => {
  expect(shortcutOf(press("p", { has_command: true }))).toBeNull();
  expect(shortcutOf(press("1", { has_modifier: true }))).toBeNull();
});

test("Ctrl-Z and Backspace take back a stroke", () => {
  expect(shortcutOf(press("z", { has_command: true }))).toEqual({ kind: "undo" });
  expect(shortcutOf(press("Backspace", { is_repeat: true }))).toEqual({ kind: "undo" });
});
