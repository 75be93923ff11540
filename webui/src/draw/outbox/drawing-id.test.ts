import { expect, test } from "vitest";
import { newDrawingId } from "./drawing-id";

test("a drawing's id is a version 4 uuid", () => {
  expect(newDrawingId()).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
});

test("no two ids are the same", () => {
  expect(new Set(Array.from({ length: 1000 }, newDrawingId)).size).toBe(1000);
});
