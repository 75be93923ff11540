/** Labelled drawings on their way to the server, and what each answer means for them. Pure. */

import type { Digit, Drawing, ShownPrediction, StrokesOnCanvas } from "../../shared/shapes";

/** A labelled drawing that the server has not acknowledged yet, as IndexedDB stores it. */
export interface Waiting {
  id: string;
  label: Digit;
  content:
    | { kind: "strokes"; drawn: StrokesOnCanvas; prediction: ShownPrediction | null }
    | { kind: "picture"; file: Blob };
  labelled_at_ms: number;
  n_tries: number;
  due_at_ms: number;
  /** Until then one tab is sending it; 0: none. */
  claimed_until_ms: number;
}

export type Answer =
  | { kind: "stored"; drawing: Drawing }
  | { kind: "refused"; status: number; message: string; retryAfterSeconds: number | null }
  | { kind: "unreachable" };

export type DropReason = "not_yours" | "deleted" | "invalid";

type Outcome =
  | { kind: "done"; drawing: Drawing }
  | { kind: "dropped"; reason: DropReason; message: string }
  | { kind: "retry"; dueAtMs: number; isForAll: boolean };

/** Statuses that are final: sending the same bytes again would get the same answer. */
const DROPPED: Readonly<Record<number, DropReason>> = {
  409: "not_yours",
  410: "deleted",
  400: "invalid",
  413: "invalid",
  415: "invalid",
  422: "invalid",
};
const WAIT_FIRST_MS = 2_000;
const WAIT_LONGEST_MS = 60_000;
/** Longer than a request may take, so that no second tab sends the same drawing. */
export const CLAIM_MS = 30_000;

/** Back-off of 2, 4, 8 … 60 s, each shortened by up to a quarter at random, so that many pages do
 * not retry at once. */
export function waitBeforeTry(nTries: number, random: number): number {
  const full = Math.min(WAIT_LONGEST_MS, WAIT_FIRST_MS * 2 ** Math.max(0, nTries - 1));
  return full * (1 - random / 4);
}

/** What to do after an answer to try number `nTries`. */
export function outcomeOf(answer: Answer, nTries: number, nowMs: number, random: number): Outcome {
  if (answer.kind === "stored") return { kind: "done", drawing: answer.drawing };
  const wait = waitBeforeTry(nTries, random);
  if (answer.kind === "unreachable") {
    return { kind: "retry", dueAtMs: nowMs + wait, isForAll: true };
  }
  const reason = DROPPED[answer.status];
  if (reason !== undefined) return { kind: "dropped", reason, message: answer.message };
  const askedMs = (answer.retryAfterSeconds ?? 0) * 1000;
  // A 500 may be caused by this drawing; other statuses (429, 401, 503 …) concern all of them.
  const isForAll = answer.status !== 500;
  return { kind: "retry", dueAtMs: nowMs + Math.max(wait, askedMs), isForAll };
}

export function isDue(waiting: Waiting, nowMs: number): boolean {
  return waiting.due_at_ms <= nowMs && waiting.claimed_until_ms <= nowMs;
}

/** Oldest first: a contributor's drawings keep their order. */
export function inOrder(all: readonly Waiting[]): Waiting[] {
  return [...all].sort((a, b) => a.labelled_at_ms - b.labelled_at_ms);
}

/** When the next drawing is due; null when none waits. */
export function nextDue(all: readonly Waiting[]): number | null {
  if (all.length === 0) return null;
  return Math.min(...all.map((one) => Math.max(one.due_at_ms, one.claimed_until_ms)));
}

export function newDrawingId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)];
  return [...parts, hex.slice(20)].join("-");
}
