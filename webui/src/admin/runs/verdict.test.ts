import { expect, test } from "vitest";
import { boundOf, measureOf, NO_FIGURE } from "./verdict";

const percent = (figure: string) => `${figure} %`;

function rule(name: string, value: unknown, bound: unknown) {
  return { name, value, bound, passed: true, sentence: "", facts: {} };
}

test("losses are whole digits, gains have a proper minus", () => {
  const one = rule("mnist_vs_anchor", -3, 6);
  expect(measureOf(one, percent)).toBe("−3");
  expect(boundOf(one, percent)).toEqual({ figure: "6", isLeast: false });
});

test("shares are percentages, cut rather than rounded", () => {
  const one = rule("first_accuracy", 0.989999, 0.99);
  expect(measureOf(one, percent)).toBe("98.99 %");
  expect(boundOf(one, percent)).toEqual({ figure: "99.00 %", isLeast: true });
});

test("a missing figure is a dash", () => {
  expect(measureOf(rule("calibration", null, 0.005), percent)).toBe(NO_FIGURE);
});
