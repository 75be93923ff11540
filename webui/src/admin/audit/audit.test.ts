import { expect, test } from "vitest";
import { filterOf, queryOf } from "./audit";

test("filters survive the way into the address and back", () => {
  const address = "by=user%3A3&action=review&since=2026-11-01";

  expect(queryOf(filterOf(address))).toBe(address);
});

test("what is empty or unknown stays out of the address", () => {
  expect(queryOf(filterOf("by=&who=me"))).toBe("");
  expect(filterOf("by=gate").action).toBe("");
});
