import { expect, test } from "vitest";
import { PAGES } from "./pages";
import { pathOf, routeOf } from "./routes";

test("every view has an address of its own that leads back to it", () => {
  for (const { view } of PAGES) {
    expect(routeOf(pathOf(view))).toEqual({ kind: "view", view, part: "" });
  }
});

test("a slash at the end leads to the same view", () => {
  expect(routeOf("/admin/")).toEqual({ kind: "view", view: "overview", part: "" });
  expect(routeOf("/admin/runs/")).toEqual({ kind: "view", view: "runs", part: "" });
});

test("the rest of the address is the part of the view, whatever characters it has", () => {
  const address = pathOf("drawings", "a b/ü", "label=7");

  expect(address).toBe("/admin/drawings/a%20b/%C3%BC?label=7");
  expect(routeOf(address.split("?")[0] ?? "")).toEqual({
    kind: "view",
    view: "drawings",
    part: "a b/ü",
  });
  expect(routeOf("/admin/drawings/%")).toMatchObject({ part: "%" });
});

test("the one-time link leads to the set-up, and a view that does not exist is unknown", () => {
  expect(routeOf("/setup")).toEqual({ kind: "setup" });
  expect(routeOf("/admin/nothing")).toEqual({ kind: "unknown" });
  expect(routeOf("/elsewhere/runs")).toEqual({ kind: "unknown" });
});
