import { expect, test } from "vitest";
import { stepStates } from "./progress";

test("a run that is under way has done what lies before its phase", () => {
  expect(stepStates("running", "evaluate")).toEqual([
    "done",
    "done",
    "now",
    "ahead",
    "ahead",
    "ahead",
  ]);
});

test("a run with a verdict has done everything", () => {
  expect(new Set(stepStates("held", "publish"))).toEqual(new Set(["done"]));
});

test("a run that failed stopped where it was", () => {
  expect(stepStates("failed", "train").slice(0, 3)).toEqual(["done", "stopped", "ahead"]);
});

test("a run that nobody has taken up has everything to come", () => {
  expect(new Set(stepStates("queued", null))).toEqual(new Set(["ahead"]));
  expect(new Set(stepStates("cancelled", null))).toEqual(new Set(["ahead"]));
});

test("a run that was put back has done what lies before its phase", () => {
  expect(stepStates("queued", "train").slice(0, 3)).toEqual(["done", "ahead", "ahead"]);
});
