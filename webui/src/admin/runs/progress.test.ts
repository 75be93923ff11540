import { expect, test } from "vitest";
import { stepStates } from "./progress";

test("a run in progress has completed the steps before its phase", () => {
  expect(stepStates("running", "evaluate")).toEqual([
    "done",
    "done",
    "now",
    "ahead",
    "ahead",
    "ahead",
  ]);
});

test("a run with a verdict has completed all steps", () => {
  expect(new Set(stepStates("held", "publish"))).toEqual(new Set(["done"]));
});

test("a run that failed stopped where it was", () => {
  expect(stepStates("failed", "train").slice(0, 3)).toEqual(["done", "stopped", "ahead"]);
});

test("a queued run has all steps ahead", () => {
  expect(new Set(stepStates("queued", null))).toEqual(new Set(["ahead"]));
  expect(new Set(stepStates("cancelled", null))).toEqual(new Set(["ahead"]));
});

test("a run that went back a phase has completed the steps before it", () => {
  expect(stepStates("queued", "train").slice(0, 3)).toEqual(["done", "ahead", "ahead"]);
});
