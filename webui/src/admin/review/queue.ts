/** The review queue: drawings shown, drawings waiting, and decisions. Pure. */

import type { ReviewIn, ReviewItem, ReviewOut } from "../../contract";
import type { Digit } from "../../shared/shapes";

type Decision = ReviewIn["decision"];
export type Why = ReviewItem["why"];
export type { ReviewItem };
export type Review = ReviewOut;

export interface Decided {
  item: ReviewItem;
  decision: Decision;
  label: Digit;
}

/** One drawing at a time, or a grid. */
export type Size = 1 | 20;

export interface Queue {
  size: Size;
  /** The drawings shown; in a grid a decided one keeps its place until all are decided. */
  page: readonly ReviewItem[];
  waiting: readonly ReviewItem[];
  /** The last decisions, newest last; these can be undone. */
  done: readonly Decided[];
}

const MAX_UNDO = 100;

export function emptyQueue(size: Size): Queue {
  return { size, page: [], waiting: [], done: [] };
}

export function decidedOf(queue: Queue, id: string): Decided | undefined {
  return queue.done.find(({ item }) => item.id === id);
}

export function openOnes(queue: Queue): ReviewItem[] {
  return queue.page.filter(({ id }) => decidedOf(queue, id) === undefined);
}

/** Count of undecided drawings in the queue. */
export function nAtHand(queue: Queue): number {
  return openOnes(queue).length + queue.waiting.length;
}

function turned(queue: Queue): Queue {
  if (openOnes(queue).length > 0 || queue.waiting.length === 0) return queue;
  const { size, waiting } = queue;
  return { ...queue, page: waiting.slice(0, size), waiting: waiting.slice(size) };
}

/** Add what the server answered; skip drawings that are in the queue or were decided. */
export function received(queue: Queue, items: readonly ReviewItem[]): Queue {
  const known = new Set([...queue.page, ...queue.waiting].map(({ id }) => id));
  for (const { item } of queue.done) known.add(item.id);
  const fresh = items.filter(({ id }) => !known.has(id));
  return turned({ ...queue, waiting: [...queue.waiting, ...fresh] });
}

export function decided(queue: Queue, decision: Decided): Queue {
  if (decidedOf(queue, decision.item.id) !== undefined) return queue;
  return turned({ ...queue, done: [...queue.done, decision].slice(-MAX_UNDO) });
}

/** Undo a decision: the drawing is shown in its place if that is still there, else first. */
export function undone(queue: Queue, id: string): Queue {
  const takenBack = decidedOf(queue, id);
  if (takenBack === undefined) return queue;
  const done = queue.done.filter(({ item }) => item.id !== id);
  const { item } = takenBack;
  if (queue.page.some((one) => one.id === id)) return { ...queue, done };
  const isShown = (one: ReviewItem) => done.every((other) => other.item.id !== one.id);
  if (queue.size === 1) {
    return { ...queue, done, page: [item], waiting: [...openOnes(queue), ...queue.waiting] };
  }
  return { ...queue, done, page: [item, ...queue.page.filter(isShown)] };
}

/** Drop a drawing that somebody else has decided. */
export function lost(queue: Queue, id: string): Queue {
  const others = ({ id: one }: ReviewItem) => one !== id;
  return turned({
    ...queue,
    page: queue.page.filter(others),
    waiting: queue.waiting.filter(others),
    done: queue.done.filter(({ item }) => item.id !== id),
  });
}

export function resized(queue: Queue, size: Size): Queue {
  const rest = [...openOnes(queue), ...queue.waiting];
  return turned({ ...queue, size, page: [], waiting: rest });
}
