import { expect, test } from "vitest";
import { accuracyFigure, sureFigure, versionList } from "./figures";

test.each([
  [0.93, "93"],
  [0.9962, "99.6"],
  [0.99999, "99.9"],
  [1, "99.9"],
  [0.004, "<1"],
])("a probability of %d is %s %% sure, never 100", (probability, figure) => {
  expect(sureFigure(probability)).toBe(figure);
});

test("accuracy is cut, not rounded up", () => {
  expect(accuracyFigure(0.99996)).toBe("99.99");
  expect(accuracyFigure(0.9961)).toBe("99.61");
});

test("versions are listed in their order", () => {
  expect(versionList([10, 9], "en")).toBe("9 and 10");
});
