import { describe, expect, test } from "vitest";
import type { Prediction } from "../shared/shapes";
import {
  advance,
  BLANK,
  canLabel,
  claimOf,
  confirmable,
  shownPrediction,
  type Session,
  type Subject,
} from "./session";

const SUBJECT: Subject = {
  kind: "strokes",
  drawn: { strokes: [[[1, 2, 0, 0.5]]], width: 280, height: 280 },
};

function prediction(changes: Partial<Prediction> = {}): Prediction {
  const probabilities = [0, 0, 0, 0, 0, 0, 0, 0.93, 0.07, 0];
  const read = { label: 7, probabilities, is_digit: true, model_version: 9 } as const;
  return { ...read, reason: null, ink: "", steps: [], ...changes };
}

function drawn(): Session {
  return advance(BLANK, { type: "inked", subject: SUBJECT });
}

function read(isPenUp = true): Session {
  return advance(drawn(), { type: "predicted", prediction: prediction(), isPenUp });
}

describe("reading", () => {
  test("a digit that was read can be confirmed", () => {
    expect(confirmable(read())).toBe(7);
  });

  test("nothing can be confirmed while the answer is on its way", () => {
    const moreInk = advance(read(), { type: "inked", subject: SUBJECT });

    expect(confirmable(moreInk)).toBeNull();
  });

  test("the last answer stays on the page while the next is on its way", () => {
    const moreInk = advance(read(), { type: "inked", subject: SUBJECT });

    expect(moreInk.kind === "drawn" && shownPrediction(moreInk.reading)?.label).toBe(7);
  });

  test('a half-drawn digit is not called "no digit" before the pen is up', () => {
    const none = prediction({ is_digit: false, label: null });

    const penDown = advance(drawn(), { type: "predicted", prediction: none, isPenUp: false });
    const penUp = advance(drawn(), { type: "predicted", prediction: none, isPenUp: true });

    expect(penDown).toMatchObject({ reading: { kind: "pending" } });
    expect(penUp).toMatchObject({ reading: { kind: "not_a_digit" } });
  });

  test("an answer that comes after the canvas was cleared changes nothing", () => {
    const late = { type: "predicted", prediction: prediction(), isPenUp: true } as const;

    expect(advance(BLANK, late)).toBe(BLANK);
  });
});

describe("labelling", () => {
  test("a label clears the canvas and says that it is being sent", () => {
    const labelled = advance(read(), { type: "labelled", id: "a", label: 7 });

    expect(labelled).toEqual({
      kind: "blank",
      thanks: { id: "a", label: 7, outcome: { kind: "sending" } },
    });
  });

  test("the fate of an earlier drawing does not replace the thanks for a later one", () => {
    const later = advance(read(), { type: "labelled", id: "b", label: 1 });
    const outcome = { kind: "stored", fate: "exam" } as const;

    expect(advance(later, { type: "settled", id: "a", outcome })).toBe(later);
  });

  test("only a prediction that was shown is sent with the label", () => {
    const shown = read();

    expect(shown.kind === "drawn" && claimOf(shown.reading)).toEqual({
      label: 7,
      model_version: 9,
    });
    expect(claimOf({ kind: "pending", last: prediction() })).toBeNull();
    expect(claimOf({ kind: "no_model" })).toBeNull();
  });
});

test("a drawing that the server could not store cannot be labelled", () => {
  const reading = { kind: "refused", message: "no picture", isStorable: false } as const;
  const refused = advance(drawn(), { type: "unread", reading });
  const busy = advance(drawn(), { type: "unread", reading: { ...reading, isStorable: true } });

  expect(canLabel(refused)).toBe(false);
  expect(canLabel(busy)).toBe(true);
  expect(canLabel(BLANK)).toBe(false);
});
