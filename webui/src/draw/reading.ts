/** Send the ink to be read while it is drawn, at a pace that the server can follow, and time it. */

import { api, Refused } from "../shared/api";
import type { Prediction, StrokesOnCanvas } from "../shared/shapes";
import { advance, type SessionEvent, type Subject } from "./session";
import { newVersion, session, timings } from "./state";
import { timingOf, withTiming } from "./steps";
import { drawWords } from "./words";

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

/**
 * Paces predictions: one at once when the pen goes up; while it is down at most one every 150 ms,
 * and only when the last one is answered, so that a slow server gets no queue of half-drawn digits.
 * An answer that arrives after a newer one is dropped.
 */
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

interface TimedPrediction {
  prediction: Prediction;
  totalMs: number;
}

async function timedPrediction(subject: Subject): Promise<TimedPrediction> {
  const began = performance.now();
  const prediction =
    subject.kind === "strokes"
      ? await api.predict(subject.drawn)
      : await api.predictPicture(subject.file);
  return { prediction, totalMs: performance.now() - began };
}

const reader = new Reader<TimedPrediction>({
  ask: timedPrediction,
  answered: ({ answer, isPenUp }) => {
    timings.value = withTiming(timings.value, timingOf(answer.prediction.steps, answer.totalMs));
    apply({ type: "predicted", prediction: answer.prediction, isPenUp });
  },
  failed: (error) => apply({ type: "unread", reading: unreadReading(error) }),
  now: () => performance.now(),
});

/** Statuses about the ink itself: the server would not store it either. */
const INVALID = new Set([400, 413, 415, 422]);

type Unread = Extract<SessionEvent, { type: "unread" }>["reading"];

function unreadReading(error: unknown): Unread {
  if (!(error instanceof Refused)) return { kind: "unreachable" };
  if (error.status === 503) return { kind: "no_model" };
  return refusal(error.message, !INVALID.has(error.status));
}

function refusal(message: string, isStorable: boolean): Unread {
  return { kind: "refused", message, isStorable };
}

export function apply(event: SessionEvent): void {
  session.value = advance(session.value, event);
}

/** Read what is on the canvas; `isPenUp` when a stroke has just ended. */
export function ink(drawn: StrokesOnCanvas, isPenUp: boolean): void {
  const subject: Subject = { kind: "strokes", drawn };
  newVersion.value = null;
  apply({ type: "inked", subject });
  reader.want({ subject, isPenUp });
}

export function choosePicture(file: File): void {
  if (!file.type.startsWith("image/")) {
    apply({ type: "cleared" });
    apply({ type: "inked", subject: pictureOf(file) });
    apply({ type: "unread", reading: refusal(drawWords.value.notAPicture, false) });
    return;
  }
  forgetPicture();
  const subject = pictureOf(file);
  apply({ type: "inked", subject });
  reader.want({ subject, isPenUp: true });
}

function pictureOf(file: File): Subject {
  return { kind: "picture", file, url: URL.createObjectURL(file) };
}

/** Release the object URL of the picture on the page. */
export function forgetPicture(): void {
  const current = session.value;
  if (current.kind === "drawn" && current.subject.kind === "picture") {
    URL.revokeObjectURL(current.subject.url);
  }
}

/** The canvas is empty now. */
export function blank(): void {
  reader.forget();
  forgetPicture();
  apply({ type: "cleared" });
}

export function stopReading(): void {
  reader.forget();
}
