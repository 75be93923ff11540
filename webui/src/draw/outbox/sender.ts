/** Send the drawings of the outbox, oldest first, until the server has acknowledged each. */

import type { Drawing } from "../../shared/shapes";
import type { OutboxStore } from "./store";
import {
  CLAIM_MS,
  inOrder,
  isDue,
  nextDue,
  outcomeOf,
  type Answer,
  type DropReason,
  type Waiting,
} from "./waiting";

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
