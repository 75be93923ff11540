import { expect, test } from "vitest";
import {
  choose,
  chooseAll,
  MAX_SELECTED,
  moveOf,
  NOTHING,
  placeAfter,
  targets,
  walk,
} from "./selection";

test("a click selects one, Ctrl adds and removes, Shift selects a range", () => {
  let selection = choose(NOTHING, 4, "only");
  expect(targets(selection)).toEqual([4]);
  selection = choose(selection, 9, "toggle");
  expect(targets(selection)).toEqual([4, 9]);
  selection = choose(selection, 4, "toggle");
  expect(targets(selection)).toEqual([9]);
  selection = choose(choose(selection, 7, "only"), 4, "range");
  expect(targets(selection)).toEqual([4, 5, 6, 7]);
  expect(targets(choose(selection, 8, "range"))).toEqual([7, 8]);
});

test("a range without a beginning is a click", () => {
  expect(targets(choose(NOTHING, 3, "range"))).toEqual([3]);
});

test("no more are selected than one change may contain", () => {
  const range = choose(choose(NOTHING, 0, "only"), 9_999, "range");
  expect(range.chosen.size).toBe(MAX_SELECTED);
  expect(choose(range, 9_000, "toggle").chosen.size).toBe(MAX_SELECTED);
  expect(chooseAll(NOTHING, 9_999).chosen.size).toBe(MAX_SELECTED);
  expect(chooseAll(NOTHING, 0).chosen.size).toBe(0);
});

test("arrows stay on the wall", () => {
  const after = (place: number | null, key: string) =>
    placeAfter(place, moveOf(key) ?? "home", 10, 4);
  expect(after(null, "ArrowDown")).toBe(0);
  expect(after(1, "ArrowDown")).toBe(5);
  expect(after(7, "ArrowDown")).toBe(7);
  expect(after(2, "ArrowUp")).toBe(2);
  expect(after(0, "ArrowLeft")).toBe(0);
  expect(after(3, "End")).toBe(9);
  expect(after(3, "Home")).toBe(0);
  expect(moveOf("a")).toBe(null);
});

test("Shift with arrows selects from where it began", () => {
  const started = walk(NOTHING, 3, false);
  const chosen = walk(walk(started, 4, true), 5, true);
  expect(targets(chosen)).toEqual([3, 4, 5]);
  expect(targets(walk(chosen, 4, true))).toEqual([3, 4]);
});

test("without a selection an action applies to the tile with the keyboard", () => {
  expect(targets(walk(NOTHING, 6, false))).toEqual([6]);
  expect(targets(NOTHING)).toEqual([]);
});
