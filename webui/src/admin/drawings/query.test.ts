import { expect, test } from "vitest";
import { PRESETS, readQuery, withFilter, writeQuery } from "./query";

test("a query survives being written into the address and read again", () => {
  const text = "label=7&disagrees=true&since=2026-11-01&version=3&contributor=a+b&sort=most_sure";

  expect(writeQuery(readQuery(text))).toBe(text);
});

test("the presets are valid queries in their written form", () => {
  for (const text of Object.values(PRESETS)) expect(writeQuery(readQuery(text))).toBe(text);
});

test("unknown parameters are ignored", () => {
  const text =
    "label=77&status=deleted&since=yesterday&version=0&sort=random&color=red&split=train";

  expect(writeQuery(readQuery(text))).toBe("split=train");
});

test("the order of the parameters makes no difference", () => {
  const text = "sort=oldest&label=1&predicted=7";

  expect(writeQuery(readQuery(text))).toBe("label=1&predicted=7&sort=oldest");
});

test("a filter is changed and removed again", () => {
  const seven = withFilter(readQuery("label=1"), "label", "7");

  expect(writeQuery(seven)).toBe("label=7");
  expect(writeQuery(withFilter(seven, "label", ""))).toBe("");
});
