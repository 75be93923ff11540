import { expect, test } from "vitest";
import { exportQuery, sizeFigure, withValue } from "./export-card";

test("an empty address exports everything as Parquet", () => {
  expect(exportQuery("").toString()).toBe("format=parquet");
});

test("filters of the gallery are kept, unknown ones are dropped", () => {
  expect(exportQuery("label=1&contributor=ab&sort=oldest&format=exe").toString()).toBe(
    "format=parquet&label=1&contributor=ab",
  );
});

test("an empty value removes its filter and keeps the others", () => {
  expect(withValue("format=npz&label=1", "label", "")).toBe("format=npz");
  expect(withValue("format=npz", "label", "7")).toBe("format=npz&label=7");
});

test("sizes are written as people say them", () => {
  expect([340, 12_345, 1_234_567, 4_000_000_000, 0].map(sizeFigure)).toEqual([
    "340 B",
    "12.3 kB",
    "1.2 MB",
    "4.0 GB",
    "0 B",
  ]);
});
