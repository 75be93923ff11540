/** Which tiles of the wall are chosen, and where the keyboard is. Pure; places count from 0. */

/** The largest change that the server accepts. */
export const MAX_SELECTED = 500;

export interface Selection {
  /** Where the keyboard is; null before anything was touched. */
  active: number | null;
  /** Where a range begins. */
  anchor: number | null;
  chosen: ReadonlySet<number>;
}

export const NOTHING: Selection = { active: null, anchor: null, chosen: new Set() };

export type How = "only" | "toggle" | "range";

function range(from: number, to: number): number[] {
  const step = from <= to ? 1 : -1;
  const n = Math.min(Math.abs(to - from) + 1, MAX_SELECTED);
  return Array.from({ length: n }, (_, index) => from + index * step);
}

/** A click: alone, with Ctrl (or a finger), or with Shift. */
export function choose(selection: Selection, place: number, how: How): Selection {
  if (how === "range" && selection.anchor !== null) {
    return {
      active: place,
      anchor: selection.anchor,
      chosen: new Set(range(selection.anchor, place)),
    };
  }
  if (how === "only" || how === "range") {
    return { active: place, anchor: place, chosen: new Set([place]) };
  }
  const chosen = new Set(selection.chosen);
  if (!chosen.delete(place) && chosen.size < MAX_SELECTED) chosen.add(place);
  return { active: place, anchor: place, chosen };
}

export type Move = "left" | "right" | "up" | "down" | "home" | "end";

const KEYS: Readonly<Record<string, Move>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  Home: "home",
  End: "end",
};

export function moveOf(key: string): Move | null {
  return KEYS[key] ?? null;
}

/** The place that a key leads to, on a wall of `n` tiles in rows of `columns`. */
export function placeAfter(place: number | null, move: Move, n: number, columns: number): number {
  if (place === null || move === "home") return move === "end" ? n - 1 : 0;
  const steps: Record<Move, number> = {
    left: -1,
    right: 1,
    up: -columns,
    down: columns,
    home: 0,
    end: n - 1 - place,
  };
  const wanted = place + steps[move];
  // Stay within the first and the last row.
  return wanted < 0 || wanted > n - 1 ? place : wanted;
}

/** The keyboard moves, and chooses on its way if Shift is held. */
export function walk(selection: Selection, place: number, isChoosing: boolean): Selection {
  if (isChoosing) {
    const anchor = selection.anchor ?? selection.active ?? place;
    return { active: place, anchor, chosen: new Set(range(anchor, place)) };
  }
  return { ...selection, active: place, anchor: place };
}

export function chooseAll(selection: Selection, n: number): Selection {
  return { ...selection, chosen: new Set(n === 0 ? [] : range(0, n - 1)) };
}

/** The tiles that an action applies to: the selected ones, else the tile with the keyboard. */
export function targets({ chosen, active }: Selection): number[] {
  if (chosen.size > 0) return [...chosen].sort((a, b) => a - b);
  return active === null ? [] : [active];
}
