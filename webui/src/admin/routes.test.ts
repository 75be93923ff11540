import { expect, test } from "vitest";
import { pathOf, routeOf, VIEWS } from "./routes";

test("every view has an address of its own that leads back to it", () => {
  for (const view of VIEWS) expect(routeOf(pathOf(view))).toEqual({ kind: "view", view });
});

test("a slash at the end leads to the same view", () => {
  expect(routeOf("/admin/")).toEqual({ kind: "view", view: "overview" });
  expect(routeOf("/admin/runs/")).toEqual({ kind: "view", view: "runs" });
});

test("the one-time link leads to the set-up, and a view that does not exist is unknown", () => {
  expect(routeOf("/setup")).toEqual({ kind: "setup" });
  expect(routeOf("/admin/nothing")).toEqual({ kind: "unknown" });
});
