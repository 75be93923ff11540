import { expect, test } from "vitest";
import { median, timingOf, timingRows, withTiming } from "./steps";

test('the rest of the total time is the step "way"', () => {
  const { steps } = timingOf([{ name: "pen", ms: 1 }], 4);

  expect(steps.at(-1)).toEqual({ name: "way", ms: 3 });
});

test("clocks that disagree do not make a negative time", () => {
  expect(timingOf([{ name: "pen", ms: 5 }], 4).steps.at(-1)).toEqual({ name: "way", ms: 0 });
});

test("each step of the newest reading stands beside its median", () => {
  const readings = [1, 9, 2].map((ms) => timingOf([{ name: "pen", ms }], 10));
  const timings = readings.reduce<typeof readings>((all, one) => withTiming(all, one), []);

  expect(timingRows(timings)[0]).toEqual({ name: "pen", lastMs: 2, medianMs: 2 });
});

test("the median of an even number lies in the middle", () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBe(0);
});
