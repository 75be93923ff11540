import { expect, test } from "vitest";
import { rangesOf } from "./calibration";

const percent = (figure: string) => `${figure} %`;

test("a bin of certainty is named by where it begins and ends", () => {
  const bins = [0, 0.5, 0.95, 0.99, 0.999].map((atLeast) => ({
    at_least: atLeast,
    n: 10,
    certainty: atLeast,
    n_right: 9,
  }));

  expect(rangesOf(bins, percent).map(({ name }) => name)).toEqual([
    "0–50 %",
    "50–60 %",
    "95–99 %",
    "99–99.9 %",
    "99.9–100 %",
  ]);
});

test("each bin has the share that was right, with its interval", () => {
  const [range] = rangesOf([{ at_least: 0.9, n: 37, certainty: 0.93, n_right: 35 }], percent);

  expect(range?.share).toBeCloseTo(0.946, 3);
  expect(range?.low).toBeCloseTo(0.823, 3);
});
