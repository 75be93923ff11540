/**
 * Paces predictions: at once when the pen goes up; while it is down at most every 150 ms, and only
 * when the last one is answered, so that a slow server gets no queue of half-drawn digits.
 */

import type { Subject } from "./session";

export const PACE_MS = 150;

export interface Read<Answer> {
  subject: Subject;
  isPenUp: boolean;
  answer: Answer;
}

interface ReaderParts<Answer> {
  ask: (subject: Subject) => Promise<Answer>;
  answered: (read: Read<Answer>) => void;
  failed: (error: unknown) => void;
  now: () => number;
}

interface Wanted {
  subject: Subject;
  isPenUp: boolean;
}

/** Ask for predictions in order; drop an answer that arrives after a newer one. */
export class Reader<Answer> {
  readonly #parts: ReaderParts<Answer>;
  #nAsked = 0;
  #newestAnswered = 0;
  #forgottenUpTo = 0;
  #askedAt = -Infinity;
  #wasPenUp = false;
  #nOpen = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** Half-drawn ink that arrived while an answer was awaited. */
  #held: Wanted | null = null;

  constructor(parts: ReaderParts<Answer>) {
    this.#parts = parts;
  }

  want(wanted: Wanted): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#held = null;
    const wait = this.#wait(wanted.isPenUp);
    if (!wanted.isPenUp && this.#nOpen > 0) {
      this.#held = wanted;
    } else if (wait <= 0) {
      void this.#ask(wanted);
    } else {
      this.#timer = setTimeout(() => {
        this.#timer = null;
        void this.#ask(wanted);
      }, wait);
    }
  }

  /** Ignore all answers that are still awaited: the canvas was cleared. */
  forget(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#held = null;
    this.#forgottenUpTo = this.#nAsked;
  }

  /** A finished stroke does not wait for the pace of its own half-drawn requests. */
  #wait(isPenUp: boolean): number {
    if (isPenUp && !this.#wasPenUp) return 0;
    return this.#askedAt + PACE_MS - this.#parts.now();
  }

  async #ask({ subject, isPenUp }: Wanted): Promise<void> {
    const number = ++this.#nAsked;
    this.#nOpen++;
    this.#askedAt = this.#parts.now();
    this.#wasPenUp = isPenUp;
    const isStale = () => number <= this.#forgottenUpTo || number < this.#newestAnswered;
    try {
      const answer = await this.#parts.ask(subject);
      if (isStale()) return;
      this.#newestAnswered = number;
      this.#parts.answered({ subject, isPenUp, answer });
    } catch (error) {
      if (!isStale() && number === this.#nAsked) this.#parts.failed(error);
    } finally {
      this.#nOpen--;
      if (this.#held !== null) this.want(this.#held);
    }
  }
}
