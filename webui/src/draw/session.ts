/** State of the page: what is on the canvas, and what the model answered. Pure. */

import type {
  Digit,
  Drawing,
  Fate,
  Prediction,
  ShownPrediction,
  StrokesOnCanvas,
} from "../shared/shapes";

export type Subject =
  { kind: "strokes"; drawn: StrokesOnCanvas } | { kind: "picture"; file: Blob; url: string };

/** `last` is shown while the next answer is awaited, so that nothing jumps. */
export type Reading =
  | { kind: "pending"; last: Prediction | null }
  | { kind: "read"; prediction: Prediction; label: Digit }
  | { kind: "not_a_digit"; prediction: Prediction }
  | { kind: "no_model" }
  | { kind: "unreachable" }
  /** `isStorable`: the server would store it, although it did not read it. */
  | { kind: "refused"; message: string; isStorable: boolean };

/** The drawing that was labelled last, and what happened to it. */
export interface Thanks {
  id: string;
  label: Digit;
  outcome:
    | { kind: "sending" }
    | { kind: "kept_here" }
    | { kind: "stored"; fate: Fate }
    | { kind: "dropped"; message: string };
}

export type Session =
  { kind: "blank"; thanks: Thanks | null } | { kind: "drawn"; subject: Subject; reading: Reading };

export type SessionEvent =
  | { type: "inked"; subject: Subject }
  | { type: "predicted"; prediction: Prediction; isPenUp: boolean }
  | { type: "unread"; reading: Extract<Reading, { kind: "no_model" | "unreachable" | "refused" }> }
  | { type: "cleared" }
  | { type: "labelled"; id: string; label: Digit }
  | { type: "settled"; id: string; outcome: Thanks["outcome"] };

export const BLANK: Session = { kind: "blank", thanks: null };

export function advance(session: Session, event: SessionEvent): Session {
  switch (event.type) {
    case "inked":
      return { kind: "drawn", subject: event.subject, reading: pendingAfter(session) };
    case "predicted":
      if (session.kind === "blank") return session;
      return { ...session, reading: readingOf(session.reading, event) };
    case "unread":
      return session.kind === "blank" ? session : { ...session, reading: event.reading };
    case "cleared":
      return BLANK;
    case "labelled":
      return {
        kind: "blank",
        thanks: { id: event.id, label: event.label, outcome: { kind: "sending" } },
      };
    case "settled":
      if (session.kind !== "blank" || session.thanks?.id !== event.id) return session;
      return { kind: "blank", thanks: { ...session.thanks, outcome: event.outcome } };
  }
}

function pendingAfter(session: Session): Reading {
  return {
    kind: "pending",
    last: session.kind === "drawn" ? shownPrediction(session.reading) : null,
  };
}

function readingOf(
  before: Reading,
  { prediction, isPenUp }: { prediction: Prediction; isPenUp: boolean },
): Reading {
  if (prediction.is_digit && prediction.label !== null) {
    return { kind: "read", prediction, label: prediction.label };
  }
  // Half a digit rarely looks like one, so say "no digit" only when the pen is up.
  if (isPenUp) return { kind: "not_a_digit", prediction };
  return { kind: "pending", last: shownPrediction(before) };
}

/** The prediction whose bars and ink are on the page. */
export function shownPrediction(reading: Reading): Prediction | null {
  switch (reading.kind) {
    case "read":
    case "not_a_digit":
      return reading.prediction;
    case "pending":
      return reading.last;
    default:
      return null;
  }
}

/** The digit that Enter confirms; null when there is nothing to confirm. */
export function confirmable(session: Session): Digit | null {
  return session.kind === "drawn" && session.reading.kind === "read" ? session.reading.label : null;
}

/** Whether a digit may be given to what is on the canvas. */
export function canLabel(session: Session): boolean {
  if (session.kind === "blank") return false;
  return session.reading.kind !== "refused" || session.reading.isStorable;
}

/** The prediction to send with a label: only one that the person has seen. */
export function claimOf(reading: Reading): ShownPrediction | null {
  if (reading.kind !== "read" && reading.kind !== "not_a_digit") return null;
  const { label, model_version } = reading.prediction;
  return { label, model_version };
}

export function outcomeOf(drawing: Drawing): Thanks["outcome"] {
  return { kind: "stored", fate: drawing.fate };
}
