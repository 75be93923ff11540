/** Send the ink to be read, and record how long it took. */

import { api, Refused } from "../shared/api";
import type { Prediction, StrokesOnCanvas } from "../shared/shapes";
import { Reader } from "./reader";
import { advance, type SessionEvent, type Subject } from "./session";
import { newVersion, session, timings } from "./state";
import { timingOf, withTiming } from "./steps";
import { drawWords } from "./words";

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
