import { expect, test } from "vitest";
import { drawnBy, duration, timed } from "./replay";

const SEVEN = timed([
  [
    [0, 0, 0, 0.5],
    [10, 0, 100, 0.5],
  ],
  [
    [10, 0, 300, 0.5],
    [2, 20, 500, 0.5],
  ],
]);

test("more of the strokes is shown as time passes", () => {
  expect(duration(SEVEN)).toBe(500);
  expect(drawnBy(SEVEN, 0)).toEqual([[[0, 0, 0, 0.5]]]);
  expect(drawnBy(SEVEN, 299)).toHaveLength(1);
  expect(drawnBy(SEVEN, 500)).toEqual(SEVEN);
});

test("points without times are drawn one after the other", () => {
  const plain = timed([
    [
      [0, 0],
      [1, 1],
    ],
    [[2, 2]],
  ]);

  expect(duration(plain)).toBeGreaterThan(100);
  expect(drawnBy(plain, 20)).toHaveLength(1);
});

test("times that run backwards are corrected", () => {
  const odd = timed([
    [
      [0, 0, 50],
      [1, 1, 20],
      [2, 2, 80],
    ],
  ]);

  expect(odd[0]?.map(([, , t]) => t)).toEqual([50, 50, 80]);
  expect(duration([])).toBe(0);
});
