import { expect, test } from "vitest";
import {
  decided,
  decidedOf,
  emptyQueue,
  lost,
  nAtHand,
  openOnes,
  received,
  resized,
  undone,
  type Queue,
  type ReviewItem,
  type Size,
} from "./queue";

function item(id: string): ReviewItem {
  return {
    id,
    label: 7,
    status: "accepted",
    split: "train",
    source: "drawn",
    prediction: null,
    ink: "",
    created_at: "2026-11-23T03:00:00Z",
    versions: [],
    fate: "waiting",
    learned_version: null,
    why: "sample",
    read: null,
  };
}

function queueOf(size: Size, ids: string): Queue {
  return received(emptyQueue(size), Array.from(ids, item));
}

function accept(queue: Queue, id: string): Queue {
  return decided(queue, { item: item(id), decision: "accept", label: 7 });
}

const idsOf = (items: readonly ReviewItem[]) => items.map(({ id }) => id).join("");

test("one at a time, the next is there at once", () => {
  const queue = accept(queueOf(1, "abc"), "a");

  expect(idsOf(queue.page)).toBe("b");
  expect(nAtHand(queue)).toBe(2);
});

test("what the server answers again is neither doubled nor brought back", () => {
  const queue = received(accept(queueOf(1, "abc"), "a"), Array.from("abcd", item));

  expect(idsOf(queue.page) + idsOf(queue.waiting)).toBe("bcd");
});

test("undo shows the last one again, and the others wait in their order", () => {
  const queue = undone(accept(accept(queueOf(1, "abc"), "a"), "b"), "b");

  expect(idsOf(queue.page) + idsOf(queue.waiting)).toBe("bc");
  expect(decidedOf(queue, "b")).toBeUndefined();
  expect(decidedOf(queue, "a")).toBeDefined();
});

test("after the last one nothing is shown, until more arrive", () => {
  const done = accept(queueOf(1, "a"), "a");

  expect(openOnes(done)).toEqual([]);
  expect(idsOf(openOnes(received(done, [item("b")])))).toBe("b");
});

test("in a grid each keeps its place until all are decided", () => {
  const ids = "abcdefghijklmnopqrstuv";
  let queue = accept(queueOf(20, ids), "c");
  expect(idsOf(queue.page)).toBe(ids.slice(0, 20));

  for (const id of ids.slice(0, 20)) queue = accept(queue, id);

  expect(idsOf(queue.page)).toBe("uv");
});

test("in a grid undo reaches back to the page before", () => {
  let queue = queueOf(20, "abcdefghijklmnopqrstuv");
  for (const id of "abcdefghijklmnopqrst") queue = accept(queue, id);

  expect(idsOf(undone(queue, "t").page)).toBe("tuv");
});

test("a drawing that somebody else decided is replaced by the next", () => {
  expect(idsOf(lost(queueOf(1, "ab"), "a").page)).toBe("b");
  expect(nAtHand(lost(accept(queueOf(1, "ab"), "a"), "a"))).toBe(1);
});

test("changing to a grid and back loses nothing", () => {
  const queue = accept(queueOf(1, "abcd"), "a");

  const grid = resized(queue, 20);

  expect(idsOf(grid.page)).toBe("bcd");
  expect(idsOf(resized(grid, 1).page)).toBe("b");
});

test("a second decision about the same drawing changes nothing", () => {
  const once = accept(queueOf(1, "ab"), "a");

  expect(accept(once, "a")).toEqual(once);
});
