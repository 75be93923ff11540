/** The reviewer's session: decisions show at once and are sent in order in the background. */

import { signal } from "@preact/signals";
import { ask, query, Refused } from "../../shared/api";
import type { Drawing, Digit } from "../../shared/shapes";
import { errorSentence, lookAgain } from "../state";
import {
  decided,
  emptyQueue,
  lost,
  nAtHand,
  openOnes,
  received,
  resized,
  undone,
  type Decided,
  type Queue,
  type Review,
  type ReviewItem,
  type Size,
} from "./queue";
import { reviewWords } from "./words";

/** Fetch more when fewer than these are left. */
const LOW = { 1: 10, 20: 40 } as const;
const MORE = 20;
const MAX_ASKED = 100;

export interface Session {
  nLeft: number;
  isLeftExact: boolean;
  nQuarantined: number;
  /** Since midnight UTC, by this person. */
  nDone: number;
}

export const queue = signal<Queue>(emptyQueue(1));
export const session = signal<Session | null>(null);
/** A sentence for what went wrong, or "". */
export const problem = signal("");
/** The last decision, for screen readers. */
export const said = signal("");
export const isFetching = signal(false);

interface Outgoing {
  path: string;
  json: unknown;
  /** Undoes the decision on the page when the server refuses it. */
  failed: (error: unknown) => void;
}

/** The first is being sent; the others follow in order. */
const outbox: Outgoing[] = [];
let sending: Promise<void> = Promise.resolve();

export async function fetchMore(): Promise<void> {
  if (isFetching.value) return;
  isFetching.value = true;
  try {
    const limit = Math.min(MAX_ASKED, nAtHand(queue.value) + MORE);
    const review = await ask<Review>(query("/review", { limit }));
    queue.value = received(queue.value, review.items);
    session.value = {
      // decisions that are still being sent count as done
      nLeft: Math.max(0, review.left.n - outbox.length),
      isLeftExact: review.left.is_exact,
      nQuarantined: review.n_quarantined,
      nDone: review.n_done + outbox.length,
    };
    problem.value = "";
  } catch (error) {
    problem.value = errorSentence(error, reviewWords.value.away);
  } finally {
    isFetching.value = false;
  }
}

function count(n: number): void {
  const before = session.value;
  if (before === null) return;
  const nLeft = Math.max(0, before.nLeft - (before.isLeftExact ? n : 0));
  session.value = { ...before, nLeft, nDone: Math.max(0, before.nDone + n) };
}

function post({ path, json }: Outgoing): Promise<Drawing> {
  const body = json === null ? {} : { json };
  return ask<Drawing>(path, { method: "POST", keepalive: true, ...body });
}

async function sendAll(): Promise<void> {
  for (let first = outbox[0]; first !== undefined; first = outbox[0]) {
    try {
      await post(first);
    } catch (error) {
      first.failed(error);
    }
    outbox.shift();
  }
  lookAgain();
}

function send(outgoing: Outgoing): void {
  outbox.push(outgoing);
  if (outbox.length === 1) sending = sendAll();
}

function fetchIfLow(): void {
  if (nAtHand(queue.value) < LOW[queue.value.size]) void fetchMore();
}

function settle(decision: Decided): void {
  const { item, label } = decision;
  queue.value = decided(queue.value, decision);
  count(1);
  problem.value = "";
  const json =
    decision.decision === "relabel"
      ? { decision: "relabel", label }
      : { decision: decision.decision };
  const failed = (error: unknown) => {
    count(-1);
    const isSettled = error instanceof Refused && [404, 409, 410].includes(error.status);
    queue.value = isSettled ? lost(queue.value, item.id) : undone(queue.value, item.id);
    problem.value = errorSentence(error, reviewWords.value.notSent);
  };
  send({ path: `/review/${item.id}`, json, failed });
  fetchIfLow();
}

export function accept(item: ReviewItem): void {
  said.value = reviewWords.value.saidAccepted(item.label);
  settle({ item, decision: "accept", label: item.label });
}

export function relabel(item: ReviewItem, label: Digit): void {
  if (label === item.label) {
    accept(item);
    return;
  }
  said.value = reviewWords.value.saidRelabelled(label);
  settle({ item, decision: "relabel", label });
}

export function reject(item: ReviewItem): void {
  said.value = reviewWords.value.saidRejected(item.label);
  settle({ item, decision: "reject", label: item.label });
}

export function acceptRest(): void {
  for (const item of openOnes(queue.value)) accept(item);
}

/** Undo the last decision; each further call undoes the one before. */
export function undoLast(): void {
  const last = queue.value.done.at(-1);
  if (last === undefined) return;
  queue.value = undone(queue.value, last.item.id);
  count(-1);
  said.value = reviewWords.value.saidUndone(last.item.label);
  problem.value = "";
  const failed = (error: unknown) => {
    queue.value = lost(queue.value, last.item.id);
    problem.value = errorSentence(error, reviewWords.value.notSent);
  };
  send({ path: `/review/${last.item.id}/undo`, json: null, failed });
}

export function setSize(size: Size): void {
  if (queue.value.size === size) return;
  queue.value = resized(queue.value, size);
  fetchIfLow();
}

/** Start with an empty queue; the server answers again what this reviewer holds. */
export function begin(size: Size): void {
  queue.value = emptyQueue(size);
  session.value = null;
  problem.value = "";
  said.value = "";
  void fetchMore();
}

async function giveBack(): Promise<void> {
  try {
    await ask<undefined>("/review", { method: "DELETE", keepalive: true });
  } catch {
    // it returns to the queue after five minutes
  }
}

/** Return undecided drawings to the queue at once, for other reviewers. */
export async function leave(): Promise<void> {
  await sending; // wait for the decisions that are still being sent
  await giveBack();
}

/** Send all decisions at once while the page closes; the browser completes the requests. */
export function leaveNow(): void {
  for (const outgoing of outbox.splice(1)) {
    void post(outgoing).catch(() => undefined); // the page is gone
  }
  void giveBack();
}
