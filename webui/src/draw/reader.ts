/**
 * Paces predictions: at once when the pen goes up; while it is down at most every 150 ms, and only
 * when the last one is answered, so that a slow server gets no queue of half-drawn digits.
 */

import type { Subject } from "./session";

export const PACE_MS = 150; // issue 2, point 6

export interface Read<Answer> {
  subject: Subject;
  is_pen_up: boolean;
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
  is_pen_up: boolean;
}

/** One question after another; an answer that a newer one has overtaken is dropped. */
export class Reader<Answer> {
  readonly #parts: ReaderParts<Answer>;
  #n_asked = 0;
  #newest_answered = 0;
  #forgotten_up_to = 0;
  #asked_at = -Infinity;
  #was_pen_up = false;
  #n_open = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** Half-drawn ink that came while an answer was due. */
  #held: Wanted | null = null;

  constructor(parts: ReaderParts<Answer>) {
    this.#parts = parts;
  }

  want(wanted: Wanted): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#held = null;
    const wait = this.#wait(wanted.is_pen_up);
    if (!wanted.is_pen_up && this.#n_open > 0) {
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

  /** The canvas was cleared: whatever is on its way is about something gone. */
  forget(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#held = null;
    this.#forgotten_up_to = this.#n_asked;
  }

  /** A finished stroke overtakes the pace of its own half-drawn questions, not that of other strokes. */
  #wait(is_pen_up: boolean): number {
    if (is_pen_up && !this.#was_pen_up) return 0;
    return this.#asked_at + PACE_MS - this.#parts.now();
  }

  async #ask({ subject, is_pen_up }: Wanted): Promise<void> {
    const number = ++this.#n_asked;
    this.#n_open++;
    this.#asked_at = this.#parts.now();
    this.#was_pen_up = is_pen_up;
    const isStale = () => number <= this.#forgotten_up_to || number < this.#newest_answered;
    try {
      const answer = await this.#parts.ask(subject);
      if (isStale()) return;
      this.#newest_answered = number;
      this.#parts.answered({ subject, is_pen_up, answer });
    } catch (error) {
      if (!isStale() && number === this.#n_asked) this.#parts.failed(error);
    } finally {
      this.#n_open--;
      if (this.#held !== null) this.want(this.#held);
    }
  }
}
