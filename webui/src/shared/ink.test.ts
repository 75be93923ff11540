import { expect, test } from "vitest";
import { strokesOf } from "../draw/pad-surface";
import { inkBytes, inkPixels } from "./ink";

test("ink becomes black pixels with the ink as opacity", () => {
  const bytes = new Uint8Array(784);
  bytes[1] = 200;
  const ink = btoa(String.fromCharCode(...bytes));

  expect(inkBytes(ink)).toHaveLength(784);
  expect([...inkPixels(ink).slice(0, 8)]).toEqual([0, 0, 0, 0, 0, 0, 0, 200]);
});

test("strokes count their time from the first point of the drawing", () => {
  const point = { x: 1.26, y: 2, pressure: 0.5 };
  const groups = [
    { points: [{ ...point, time: 1000 }] },
    { points: [] },
    { points: [{ ...point, time: 1250 }] },
  ];

  expect(strokesOf(groups)).toEqual([[[1.3, 2, 0, 0.5]], [[1.3, 2, 250, 0.5]]]);
});
