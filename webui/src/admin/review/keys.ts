/** Which key means what in the review. Pure. */

import type { Digit } from "../../shared/shapes";

export type ReviewKey =
  | { kind: "accept" }
  | { kind: "accept_rest" }
  | { kind: "reject" }
  | { kind: "undo" }
  | { kind: "relabel"; label: Digit }
  | { kind: "move"; by: "left" | "right" | "up" | "down" };

export interface Press {
  key: string;
  isRepeat: boolean;
  hasShift: boolean;
  /** Ctrl, Alt or Cmd: the browser's own. */
  hasCommand: boolean;
  /** On a control where Enter has a meaning: a button, a link. */
  isOnControl: boolean;
  /** In a text field or an open dialog. */
  isElsewhere: boolean;
}

const MOVES: Readonly<Record<string, ReviewKey>> = {
  ArrowLeft: { kind: "move", by: "left" },
  ArrowRight: { kind: "move", by: "right" },
  ArrowUp: { kind: "move", by: "up" },
  ArrowDown: { kind: "move", by: "down" },
};

export function reviewKeyOf(press: Press): ReviewKey | null {
  if (press.isElsewhere || press.hasCommand) return null;
  const move = MOVES[press.key];
  if (move !== undefined) return move;
  if (press.isRepeat) return null; // a held key must not decide on the next drawing
  if (/^[0-9]$/.test(press.key)) return { kind: "relabel", label: Number(press.key) };
  switch (press.key) {
    case "Enter":
      if (press.hasShift) return { kind: "accept_rest" };
      return press.isOnControl ? null : { kind: "accept" };
    case "x":
    case "X":
      return { kind: "reject" };
    case "u":
    case "U":
      return { kind: "undo" };
    default:
      return null;
  }
}

/** The place that an arrow leads to from `place`, among `n` tiles in rows of `nColumns`. */
export function moved(
  place: number,
  by: "left" | "right" | "up" | "down",
  n: number,
  nColumns: number,
): number {
  const step = { left: -1, right: 1, up: -nColumns, down: nColumns }[by];
  const target = place + step;
  return target < 0 || target >= n ? place : target;
}
