/** Which key means what on the draw page. Pure. */

import type { Digit } from "../shared/shapes";

type Shortcut =
  | { kind: "label"; label: Digit }
  | { kind: "confirm" }
  | { kind: "undo" }
  | { kind: "clear" }
  | { kind: "canvas" }
  | { kind: "picture" }
  | { kind: "steps" }
  | { kind: "keys" };

export interface KeyPress {
  key: string;
  isRepeat: boolean;
  hasModifier: boolean;
  /** Ctrl, or Cmd on a Mac. */
  hasCommand: boolean;
  /** The focus was moved by keyboard to a control on which Enter has a meaning. */
  isOnControl: boolean;
  /** In a text field or an open dialog. */
  isElsewhere: boolean;
}

const LETTERS: Readonly<Record<string, Shortcut>> = {
  Backspace: { kind: "undo" },
  Escape: { kind: "clear" },
  Delete: { kind: "clear" },
  d: { kind: "canvas" },
  p: { kind: "picture" },
  s: { kind: "steps" },
  "?": { kind: "keys" },
};

export function shortcutOf(press: KeyPress): Shortcut | null {
  if (press.isElsewhere) return null;
  if (press.hasCommand && press.key.toLowerCase() === "z") return { kind: "undo" };
  if (press.hasModifier || press.hasCommand) return null;
  if (press.key === "Backspace") return { kind: "undo" };
  if (press.isRepeat) return null; // a held key must not label the next drawing
  if (/^[0-9]$/.test(press.key)) return { kind: "label", label: Number(press.key) };
  if (press.key === "Enter") return press.isOnControl ? null : { kind: "confirm" };
  return LETTERS[press.key.length === 1 ? press.key.toLowerCase() : press.key] ?? null;
}
