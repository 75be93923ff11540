import { expect, test } from "vitest";
import { isPenKey, movePen, penAtStart } from "./pad-surface";

const AREA = { width: 400, height: 400 };

test("an arrow moves the pen by a twentieth of the area", () => {
  const start = penAtStart(AREA);

  expect(movePen(start, ["ArrowDown"], false, AREA).y - start.y).toBe(20);
});

test("with Shift the steps are small", () => {
  const start = penAtStart(AREA);

  expect(movePen(start, ["ArrowRight"], true, AREA).x - start.x).toBe(5);
});

test("two arrows together go diagonally, as the keypad's corners do", () => {
  const start = penAtStart(AREA);

  const byTwo = movePen(start, ["ArrowDown", "ArrowLeft"], false, AREA);

  expect(byTwo).toEqual(movePen(start, ["End"], false, AREA));
  expect([byTwo.x, byTwo.y]).toEqual([start.x - 20, start.y + 20]);
});

test("the pen stays inside the canvas", () => {
  const corner = { x: 0, y: 0, isDown: true };

  expect(movePen(corner, ["ArrowLeft", "ArrowUp"], false, AREA)).toEqual(corner);
});

test("only arrow and corner keys move the pen", () => {
  expect(["ArrowUp", "PageDown"].every(isPenKey)).toBe(true);
  expect(["a", "Enter", "7"].some(isPenKey)).toBe(false);
});
