import { expect, test } from "vitest";
import { filterOf, queryOf } from "./audit";

test("filters are the same after being written to the address and read", () => {
  const address = "by=user%3A3&action=review&since=2026-11-01";

  expect(queryOf(filterOf(address))).toBe(address);
});

test("empty and unknown values are left out of the address", () => {
  expect(queryOf(filterOf("by=&who=me"))).toBe("");
  expect(filterOf("by=gate").action).toBe("");
});
