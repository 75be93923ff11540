/** The outbox: labelled drawings wait here until the server has acknowledged each of them. */

import type { Digit, Drawing, ShownPrediction, StrokesOnCanvas } from "../shared/shapes";

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

type DropReason = "not_yours" | "deleted" | "invalid";

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
const CLAIM_MS = 30_000;

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

export interface OutboxStore {
  /** False when waiting drawings are lost with the page. */
  readonly isLasting: boolean;
  all(): Promise<Waiting[]>;
  put(waiting: Waiting): Promise<void>;
  remove(id: string): Promise<void>;
  /** Returns true for exactly one tab, which may send the drawing until then. */
  claim(id: string, nowMs: number, untilMs: number): Promise<boolean>;
}

const DATABASE = "inkloop";
const STORE = "outbox";

function done<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("IndexedDB failed"));
  });
}

/** Resolves when the transaction is on disk, not when its last request succeeded. */
function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("IndexedDB gave up"));
  });
}

function open(factory: IDBFactory): Promise<IDBDatabase> {
  const request = factory.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(STORE, { keyPath: "id" });
  };
  return done(request);
}

class IndexedDbStore implements OutboxStore {
  readonly isLasting = true;
  readonly #database: IDBDatabase;

  constructor(database: IDBDatabase) {
    this.#database = database;
    database.onversionchange = () => database.close();
  }

  all(): Promise<Waiting[]> {
    const store = this.#database.transaction(STORE).objectStore(STORE);
    return done(store.getAll() as IDBRequest<Waiting[]>);
  }

  async put(waiting: Waiting): Promise<void> {
    const transaction = this.#write();
    transaction.objectStore(STORE).put(waiting);
    await committed(transaction);
  }

  async remove(id: string): Promise<void> {
    const transaction = this.#write();
    transaction.objectStore(STORE).delete(id);
    await committed(transaction);
  }

  async claim(id: string, nowMs: number, untilMs: number): Promise<boolean> {
    const transaction = this.#write();
    const store = transaction.objectStore(STORE);
    const found = await done(store.get(id) as IDBRequest<Waiting | undefined>);
    const isFree = found !== undefined && found.claimed_until_ms <= nowMs;
    if (isFree) store.put({ ...found, claimed_until_ms: untilMs });
    await committed(transaction);
    return isFree;
  }

  #write(): IDBTransaction {
    return this.#database.transaction(STORE, "readwrite", { durability: "strict" });
  }
}

export class MemoryStore implements OutboxStore {
  readonly isLasting = false;
  readonly #waiting = new Map<string, Waiting>();

  all(): Promise<Waiting[]> {
    return Promise.resolve([...this.#waiting.values()]);
  }

  put(waiting: Waiting): Promise<void> {
    this.#waiting.set(waiting.id, waiting);
    return Promise.resolve();
  }

  remove(id: string): Promise<void> {
    this.#waiting.delete(id);
    return Promise.resolve();
  }

  claim(id: string, nowMs: number, untilMs: number): Promise<boolean> {
    const found = this.#waiting.get(id);
    if (found === undefined || found.claimed_until_ms > nowMs) return Promise.resolve(false);
    this.#waiting.set(id, { ...found, claimed_until_ms: untilMs });
    return Promise.resolve(true);
  }
}

/** IndexedDB where the browser allows it (some private windows do not), else memory. */
export async function openOutbox(factory: IDBFactory | undefined): Promise<OutboxStore> {
  if (factory === undefined) return new MemoryStore();
  try {
    return new IndexedDbStore(await open(factory));
  } catch {
    return new MemoryStore();
  }
}

export type OutboxNews =
  | { kind: "changed"; waiting: Waiting[] }
  | { kind: "stored"; drawing: Drawing }
  | { kind: "delayed"; id: string }
  | { kind: "dropped"; id: string; reason: DropReason; message: string };

interface SenderParts {
  store: OutboxStore;
  /** Resolves when the contributor's cookie is there; rejects when the server cannot be asked. */
  introduce: () => Promise<unknown>;
  send: (waiting: Waiting) => Promise<Answer>;
  news: (news: OutboxNews) => void;
  now: () => number;
  random: () => number;
}

export class OutboxSender {
  readonly #parts: SenderParts;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isSending = false;
  #nAsked = 0;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  /** Store a labelled drawing and send it. Resolves when it is stored. */
  async add(waiting: Waiting): Promise<void> {
    await this.#parts.store.put(waiting);
    await this.#tell();
    void this.run();
  }

  /** Another tab changed the outbox. */
  async look(): Promise<void> {
    await this.#tell();
    await this.#sleep();
  }

  /** Try everything now: the network is back, or the page was opened again. */
  async hurry(): Promise<void> {
    for (const waiting of await this.#parts.store.all()) {
      const isFree = waiting.claimed_until_ms <= this.#parts.now();
      if (isFree) await this.#parts.store.put({ ...waiting, due_at_ms: this.#parts.now() });
    }
    await this.run();
  }

  /** Send what is due, then sleep until the next is. */
  async run(): Promise<void> {
    this.#nAsked++;
    if (this.#isSending) return; // the loop that is running goes round once more
    this.#isSending = true;
    let nDone = 0;
    try {
      while (nDone !== this.#nAsked) {
        nDone = this.#nAsked;
        await this.#sendDue();
      }
    } finally {
      this.#isSending = false;
    }
    await this.#sleep();
  }

  async #sendDue(): Promise<void> {
    const due = inOrder(await this.#parts.store.all()).filter((one) =>
      isDue(one, this.#parts.now()),
    );
    for (const waiting of due) {
      const now = this.#parts.now();
      if (!(await this.#parts.store.claim(waiting.id, now, now + CLAIM_MS))) continue;
      const goesOn = await this.#sendOne(waiting);
      await this.#tell();
      if (!goesOn) break;
    }
  }

  /** Returns whether to go on with the next one. */
  async #sendOne(waiting: Waiting): Promise<boolean> {
    const { store, news, now, random } = this.#parts;
    const nTries = waiting.n_tries + 1;
    const outcome = outcomeOf(await this.#answerTo(waiting), nTries, now(), random());
    if (outcome.kind === "retry") {
      const { dueAtMs, isForAll } = outcome;
      await store.put({ ...waiting, n_tries: nTries, due_at_ms: dueAtMs, claimed_until_ms: 0 });
      if (isForAll) await this.#delayAll(dueAtMs);
      news({ kind: "delayed", id: waiting.id });
      return !isForAll;
    }
    await store.remove(waiting.id);
    if (outcome.kind === "done") news({ kind: "stored", drawing: outcome.drawing });
    else news({ ...outcome, id: waiting.id, kind: "dropped" });
    return true;
  }

  async #answerTo(waiting: Waiting): Promise<Answer> {
    try {
      await this.#parts.introduce();
    } catch {
      // without a cookie the drawing waits, whatever the reason
      return { kind: "unreachable" };
    }
    return this.#parts.send(waiting);
  }

  async #delayAll(untilMs: number): Promise<void> {
    for (const one of await this.#parts.store.all()) {
      const isFree = one.claimed_until_ms <= this.#parts.now();
      if (isFree && one.due_at_ms < untilMs) {
        await this.#parts.store.put({ ...one, due_at_ms: untilMs });
      }
    }
  }

  async #tell(): Promise<void> {
    const all = await this.#parts.store.all();
    this.#parts.news({ kind: "changed", waiting: inOrder(all) });
  }

  async #sleep(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const due = nextDue(await this.#parts.store.all());
    if (due === null) return;
    const wait = Math.max(250, due - this.#parts.now());
    this.#timer = setTimeout(() => void this.run(), wait);
  }
}
