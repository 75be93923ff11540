/** The model's answer, for the page and for screen readers: a large digit, how sure it is, the ink. */

import { computed } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { sureFigure, whenOf } from "../shared/formats";
import { InkCanvas } from "../shared/ink";
import { languageTag } from "../shared/language";
import type { Prediction, Stats } from "../shared/shapes";
import { words } from "../shared/words";
import type { Reading, Session, Thanks } from "./session";
import {
  championVersion,
  firstTrainingPercent,
  isOutboxLasting,
  learned,
  newVersion,
  prediction,
  session,
  stats,
} from "./state";
import { drawWords } from "./words";

export const learnedSentences = computed<string[]>(() => {
  const shown = learned.value;
  const w = drawWords.value;
  if (shown?.version == null || shown.n === 0) return [];
  const { exam, previous_version, n_right_before } = shown;
  const before =
    previous_version === null || n_right_before === null
      ? ""
      : w.learnedBefore(previous_version, n_right_before);
  const first = `${w.learnedFigures(shown.version, shown.n_right, shown.n)}${before}${words.value.fullStop}`;
  if (exam.n === 0) return [first];
  return [first, w.learnedExam(exam.n_right, exam.n, exam.n_right_before)];
});

interface AnswerWords {
  digit: number | null;
  headline: string;
  details: string[];
  tone: "idle" | "read" | "doubt" | "thanks" | "trouble";
}

const SECOND_GUESS_FROM = 0.005; // below it, a second guess is noise

function read(shown: Prediction, digit: number): AnswerWords {
  const w = drawWords.value;
  const sure = shown.probabilities[digit] ?? 0;
  const others = shown.probabilities.map((p, other) => ({ p, other }));
  const [second] = others.filter(({ other }) => other !== digit).sort((a, b) => b.p - a.p);
  const rather =
    second !== undefined && second.p >= SECOND_GUESS_FROM
      ? [w.orRather(second.other, sureFigure(second.p))]
      : [];
  return { digit, headline: w.sure(sureFigure(sure)), details: rather, tone: "read" };
}

function ofReading(reading: Reading): AnswerWords {
  const w = drawWords.value;
  switch (reading.kind) {
    case "read":
      return read(reading.prediction, reading.label);
    case "pending": {
      const { last } = reading;
      if (last?.label != null && last.is_digit) return read(last, last.label);
      return { digit: null, headline: w.reading, details: [], tone: "idle" };
    }
    case "not_a_digit": {
      const why = w.notADigitWhy(reading.prediction.reason ?? null);
      const details = [why, w.labelAnyway].filter((sentence) => sentence !== "");
      return { digit: null, headline: w.notADigit, details, tone: "doubt" };
    }
    case "no_model": {
      const details = [w.noModelYet(firstTrainingPercent.value)];
      return { digit: null, headline: w.noModel, details, tone: "idle" };
    }
    case "unreachable":
      return { digit: null, headline: w.unreachable, details: [w.unreachableWhy], tone: "doubt" };
    case "refused":
      return { digit: null, headline: w.refused, details: [reading.message], tone: "trouble" };
  }
}

/** What will happen to a labelled drawing. */
function thanksSentence({ outcome }: Thanks, shown: Stats | null): string {
  const w = drawWords.value;
  switch (outcome.kind) {
    case "sending":
      return w.thanksSending;
    case "kept_here":
      return isOutboxLasting.value ? w.thanksKept : `${w.thanksKept} ${w.memoryOnly}`;
    case "dropped":
      return outcome.message;
    case "stored":
      break;
  }
  if (outcome.fate === "exam") return w.thanksExam;
  if (outcome.fate === "checking") return w.thanksChecking;
  if (outcome.fate === "learned") return w.thanksLearned;
  if (outcome.fate !== "waiting" || shown === null) return w.thanks;
  if (shown.champion === null) return w.thanksWaitingFirst;
  const { next_run_at, min_new_drawings, n_new } = shown;
  if (next_run_at === null) return w.thanksWaiting(null, 0);
  const nShort = Math.max(0, min_new_drawings - n_new);
  return w.thanksWaiting(whenOf(next_run_at, new Date(), languageTag.value), nShort);
}

function ofBlank(thanks: Thanks | null): AnswerWords {
  const w = drawWords.value;
  if (newVersion.value !== null) {
    const headline = w.newVersion(newVersion.value);
    return { digit: null, headline, details: learnedSentences.value, tone: "thanks" };
  }
  if (thanks !== null) {
    const { kind } = thanks.outcome;
    const sentence = thanksSentence(thanks, stats.value);
    const tone = kind === "dropped" ? "trouble" : "thanks";
    return { digit: null, headline: "", details: [sentence], tone };
  }
  if (stats.value !== null && championVersion.value === null) {
    const details = [w.noModelYet(firstTrainingPercent.value)];
    return { digit: null, headline: w.noModel, details, tone: "idle" };
  }
  return { digit: null, headline: "", details: [], tone: "idle" };
}

function wordsOf(current: Session): AnswerWords {
  return current.kind === "blank" ? ofBlank(current.thanks) : ofReading(current.reading);
}

const answerWords = computed(() => wordsOf(session.value));

/** Whether a long sentence may use the place of the ink. */
export const hasMessage = computed(
  () => prediction.value === null && answerWords.value.details.length > 0,
);

/** The answer for screen readers. */
const spokenAnswer = computed(() => {
  const { digit, headline, details } = answerWords.value;
  const current = session.value;
  if (current.kind === "drawn" && current.reading.kind === "pending") return "";
  if (current.kind === "drawn" && current.reading.kind === "read" && digit !== null) {
    const sure = current.reading.prediction.probabilities[digit] ?? 0;
    return drawWords.value.readAloud(digit, sureFigure(sure));
  }
  return [headline, ...details].filter((sentence) => sentence !== "").join(". ");
});

export function Answer() {
  const { digit, headline, details, tone } = answerWords.value;
  return (
    <div class={`answer is-${tone}`} id="answer">
      <h2 class="part-title" id="read-as">
        {drawWords.value.readAs}
      </h2>
      <div class="read-digit" id="read-digit" aria-hidden={digit === null}>
        {digit !== null && (
          <span key={digit} class="grows-in">
            {digit}
          </span>
        )}
      </div>
      <div class="answer-words">
        <p class="answer-headline" id="answer-headline">
          {headline}
        </p>
        {details.map((sentence) => (
          <p key={sentence} class="answer-detail">
            {sentence}
          </p>
        ))}
      </div>
    </div>
  );
}

export function SeenInk() {
  const shown = prediction.value;
  const w = drawWords.value;
  const said = shown === null ? w.inkEmpty : shown.label === null ? "?" : String(shown.label);
  return (
    <div class="seen-ink">
      <h2 class="part-title">{w.whatTheModelSees}</h2>
      <div class="seen-square" id="ink" key={shown === null ? "none" : "some"}>
        <InkCanvas ink={shown?.ink ?? null} label={w.inkOf(said)} />
      </div>
    </div>
  );
}

const STILL_MS = 700; // longer than most pauses between the strokes of one digit

export function Announcer() {
  const wanted = spokenAnswer.value;
  const [spoken, setSpoken] = useState("");

  useEffect(() => {
    const timer = setTimeout(() => setSpoken(wanted), STILL_MS);
    return () => clearTimeout(timer);
  }, [wanted]);

  return (
    <p class="visually-hidden" role="status" id="announcer">
      {spoken}
    </p>
  );
}
