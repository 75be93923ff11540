/** Confirm and correct: a labelled drawing goes to the outbox, and from there to the server. */

import { signal } from "@preact/signals";
import { api, ask, Refused } from "../shared/api";
import type { Digit, Drawing } from "../shared/shapes";
import { refreshStats } from "./live-actions";
import { learnedMayDiffer, loadMine, showStored } from "./mine-actions";
import {
  type Answer,
  newDrawingId,
  openOutbox,
  type OutboxNews,
  OutboxSender,
  type OutboxStore,
  type Waiting,
} from "./outbox";
import { clearPad, isPenBusy } from "./pad-actions";
import { apply, forgetPicture, stopReading } from "./reading";
import { canLabel, claimOf, confirmable, outcomeOf, type Session } from "./session";
import { isOutboxLasting, prediction, session, toast, unsent } from "./state";
import { drawWords } from "./words";

/** Version of the consent text. Raise it when the text promises something else. */
const WORDING = 1;
const STORED_AS = "inkloop.told";

function readTold(): number {
  try {
    return Number(localStorage.getItem(STORED_AS));
  } catch {
    return 0; // storage is forbidden: show the line at every visit
  }
}

export const isTold = signal(readTold() >= WORDING);

/** Record the consent after the first confirmation; after a failure the next one tries again. */
async function recordConsent(introduced: Promise<unknown>): Promise<void> {
  if (isTold.value) return;
  try {
    await introduced;
    await ask<undefined>("/me/consent", { method: "PUT", json: { wording: WORDING } });
    isTold.value = true;
    localStorage.setItem(STORED_AS, String(WORDING));
  } catch {
    // keep showing the line
  }
}

let introduction: Promise<unknown> | null = null;

/** Get the contributor's cookie before the first drawing is sent, so that a lost answer cannot
 * leave a drawing without its contributor. */
export function introduce(): Promise<unknown> {
  introduction ??= api.me().catch((error: unknown) => {
    introduction = null; // ask again next time
    throw error;
  });
  return introduction;
}

async function send(waiting: Waiting): Promise<Answer> {
  const { id, label, content } = waiting;
  try {
    return { kind: "stored", drawing: await api.sendDrawing({ id, label, ...content }) };
  } catch (error) {
    if (!(error instanceof Refused)) return { kind: "unreachable" };
    if (error.status === 401) introduction = null;
    const { status, message, retryAfterSeconds } = error;
    return { kind: "refused", status, message, retryAfterSeconds };
  }
}

function hear(news: OutboxNews): void {
  switch (news.kind) {
    case "changed":
      unsent.value = news.waiting;
      break;
    case "stored":
      stored(news.drawing);
      tabs?.postMessage("stored");
      break;
    case "delayed":
      apply({ type: "settled", id: news.id, outcome: { kind: "kept_here" } });
      break;
    case "dropped": {
      const message = {
        not_yours: drawWords.value.droppedNotYours,
        deleted: drawWords.value.droppedDeleted,
        invalid: drawWords.value.notStored(news.message),
      }[news.reason];
      apply({ type: "settled", id: news.id, outcome: { kind: "dropped", message } });
      toast.value = { text: message, action: null };
      break;
    }
  }
}

/** The sentence about the fate needs the current figures, so load them first. */
function stored(drawing: Drawing): void {
  showStored(drawing);
  learnedMayDiffer();
  void Promise.all([refreshStats(), loadMine()]).finally(() =>
    apply({ type: "settled", id: drawing.id, outcome: outcomeOf(drawing) }),
  );
}

/** The other tabs of this browser: they share the outbox. */
const tabs = "BroadcastChannel" in globalThis ? new BroadcastChannel("inkloop.outbox") : null;

async function startSender(): Promise<OutboxSender> {
  const store: OutboxStore = await openOutbox(globalThis.indexedDB);
  isOutboxLasting.value = store.isLasting;
  unsent.value = await store.all();
  const sender = new OutboxSender({
    store,
    introduce,
    send,
    news: hear,
    now: () => Date.now(),
    random: () => Math.random(),
  });
  addEventListener("online", () => void sender.hurry());
  addEventListener("beforeunload", (event) => {
    if (!store.isLasting && unsent.value.length > 0) event.preventDefault(); // ask before drawings are lost
  });
  tabs?.addEventListener("message", () => void Promise.all([sender.look(), loadMine()]));
  void sender.hurry(); // after a reload, do not wait for an old back-off
  return sender;
}

let sending: Promise<OutboxSender> | null = null;

/** Start sending: drawings left from an earlier visit, and all that follow. */
export function startOutbox(): void {
  sending ??= startSender();
}

function contentOf(drawn: Extract<Session, { kind: "drawn" }>): Waiting["content"] {
  const { subject, reading } = drawn;
  if (subject.kind === "picture") return { kind: "picture", file: subject.file };
  return { kind: "strokes", drawn: subject.drawn, prediction: claimOf(reading) };
}

/** Label the drawing on the canvas: put it into the outbox, clear the canvas, thank. */
export async function label(digit: Digit): Promise<void> {
  const current = session.value;
  if (current.kind === "blank" || !canLabel(current) || isPenBusy()) return;
  const now = Date.now();
  const waiting: Waiting = {
    id: newDrawingId(),
    label: digit,
    content: contentOf(current),
    labelled_at_ms: now,
    n_tries: 0,
    due_at_ms: now,
    claimed_until_ms: 0,
  };
  stopReading();
  forgetPicture();
  apply({ type: "labelled", id: waiting.id, label: digit });
  clearPad();
  void recordConsent(introduce());
  await (await (sending ??= startSender())).add(waiting);
}

/** Confirm the reading. While an answer is awaited, confirm the digit that is shown, if the answer
 * agrees. */
export async function confirm(): Promise<void> {
  const before = session.value;
  const shown = confirmable(before) ?? prediction.value?.label ?? null;
  if (before.kind === "blank" || shown === null) return;
  await answered();
  const now = session.value;
  const isSameInk = now.kind === "drawn" && now.subject === before.subject;
  if (isSameInk && confirmable(now) === shown) await label(shown);
}

/** Resolves when no answer is awaited. */
function answered(): Promise<void> {
  return new Promise((resolve) => {
    const stop = session.subscribe((current) => {
      if (current.kind === "drawn" && current.reading.kind === "pending") return;
      resolve();
      queueMicrotask(() => stop());
    });
  });
}
