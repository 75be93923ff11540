import { expect, test } from "vitest";
import { learned, measuredOf, someOf } from "./curves";

const METRICS = [
  { phase: "train", step: 10, loss: 0.5, accuracy: null },
  { phase: "train", step: 20, loss: 0.1, accuracy: 0.9 },
  { phase: "evaluate", step: 3, loss: 0.2, accuracy: 0.8 },
];

test("only training has a curve, and only where there is a figure", () => {
  expect(measuredOf(METRICS, "accuracy")).toEqual([{ step: 20, value: 0.9 }]);
});

test("during training the axis ends at the planned step, afterwards at the last one", () => {
  expect(learned({ phase: "train", n_steps: 60, metrics: METRICS })).toBe(60);
  expect(learned({ phase: "publish", n_steps: 7, metrics: METRICS })).toBe(20);
});

test("a table shows few points and always the last", () => {
  const points = Array.from({ length: 101 }, (_, step) => ({ step, value: 0 }));
  const shown = someOf(points, 20).map(({ step }) => step);
  expect(shown.length).toBeLessThanOrEqual(20);
  expect(shown.at(-1)).toBe(100);
});
