import { expect, test } from "vitest";
import { lineOf, measuredOf, scaleOf } from "./curve";

const POINTS = [
  { phase: "train", step: 10, loss: 0.5, accuracy: null },
  { phase: "train", step: 20, loss: 0.1, accuracy: 0.9 },
];

test("a point without a figure is left out", () => {
  expect(measuredOf(POINTS, "accuracy")).toEqual([{ step: 20, value: 0.9 }]);
});

test("a line begins where its first step stands among all, and fills the height", () => {
  const loss = measuredOf(POINTS, "loss");
  expect(lineOf(loss, 40, scaleOf(loss), 400, 100)).toBe("100.0,0.0 200.0,100.0");
});

test("a flat line lies in the middle", () => {
  const flat = [
    { step: 1, value: 0.3 },
    { step: 2, value: 0.3 },
  ];
  expect(lineOf(flat, 2, scaleOf(flat), 100, 100)).toBe("50.0,50.0 100.0,50.0");
});
