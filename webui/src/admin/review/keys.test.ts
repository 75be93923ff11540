import { expect, test } from "vitest";
import { moved, reviewKeyOf, type Press } from "./keys";

function press(key: string, more: Partial<Press> = {}): Press {
  return {
    key,
    isRepeat: false,
    hasShift: false,
    hasCommand: false,
    isOnControl: false,
    isElsewhere: false,
    ...more,
  };
}

test("digits relabel, Enter accepts, X rejects, U undoes", () => {
  expect(reviewKeyOf(press("4"))).toEqual({ kind: "relabel", label: 4 });
  expect(reviewKeyOf(press("Enter"))).toEqual({ kind: "accept" });
  expect(reviewKeyOf(press("X"))).toEqual({ kind: "reject" });
  expect(reviewKeyOf(press("u"))).toEqual({ kind: "undo" });
});

test("a held key decides once", () => {
  expect(reviewKeyOf(press("Enter", { isRepeat: true }))).toBeNull();
  expect(reviewKeyOf(press("ArrowRight", { isRepeat: true }))).toEqual({
    kind: "move",
    by: "right",
  });
});

test("Enter on a button presses the button, and typing elsewhere is no decision", () => {
  expect(reviewKeyOf(press("Enter", { isOnControl: true }))).toBeNull();
  expect(reviewKeyOf(press("7", { isElsewhere: true }))).toBeNull();
  expect(reviewKeyOf(press("x", { hasCommand: true }))).toBeNull();
});

test("arrows stay inside the grid", () => {
  expect(moved(0, "left", 20, 5)).toBe(0);
  expect(moved(4, "right", 20, 5)).toBe(5);
  expect(moved(3, "down", 20, 5)).toBe(8);
  expect(moved(17, "down", 20, 5)).toBe(17);
});
