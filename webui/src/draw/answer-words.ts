/** The answer as sentences, for the page and for screen readers. */

import { computed } from "@preact/signals";
import type { Prediction, Stats } from "../shared/shapes";
import { sureFigure } from "../shared/figures";
import { languageTag } from "../shared/language";
import { whenOf } from "../shared/when";
import type { Reading, Session, Thanks } from "./session";
import {
  champion_version,
  first_training_percent,
  is_outbox_lasting,
  learned,
  new_version,
  prediction,
  session,
  stats,
} from "./state";
import { drawWords } from "./words";
import { words } from "../shared/words";

export const learnedSentences = computed<string[]>(() => {
  const shown = learned.value;
  const w = drawWords.value;
  if (shown?.version == null || shown.n === 0) return [];
  const { exam, previous_version, n_right_before } = shown;
  const before =
    previous_version === null || n_right_before === null
      ? ""
      : w.learned_before(previous_version, n_right_before);
  const first = `${w.learned_figures(shown.version, shown.n_right, shown.n)}${before}${words.value.full_stop}`;
  if (exam.n === 0) return [first];
  return [first, w.learned_exam(exam.n_right, exam.n, exam.n_right_before)];
});

interface AnswerWords {
  digit: number | null;
  headline: string;
  details: string[];
  tone: "idle" | "read" | "doubt" | "thanks" | "trouble";
}

const SECOND_GUESS_FROM = 0.005; // below, a second guess is noise

function read(shown: Prediction, digit: number): AnswerWords {
  const w = drawWords.value;
  const sure = shown.probabilities[digit] ?? 0;
  const others = shown.probabilities.map((p, other) => ({ p, other }));
  const [second] = others.filter(({ other }) => other !== digit).sort((a, b) => b.p - a.p);
  const rather =
    second !== undefined && second.p >= SECOND_GUESS_FROM
      ? [w.or_rather(second.other, sureFigure(second.p))]
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
      const why = w.not_a_digit_why(reading.prediction.reason ?? null);
      const details = [why, w.label_anyway].filter((sentence) => sentence !== "");
      return { digit: null, headline: w.not_a_digit, details, tone: "doubt" };
    }
    case "no_model": {
      const details = [w.no_model_yet(first_training_percent.value)];
      return { digit: null, headline: w.no_model, details, tone: "idle" };
    }
    case "unreachable":
      return { digit: null, headline: w.unreachable, details: [w.unreachable_why], tone: "doubt" };
    case "refused":
      return { digit: null, headline: w.refused, details: [reading.message], tone: "trouble" };
  }
}

/** Where a labelled drawing went, as things stand now. */
function thanksSentence({ outcome }: Thanks, shown: Stats | null): string {
  const w = drawWords.value;
  switch (outcome.kind) {
    case "sending":
      return w.thanks_sending;
    case "kept_here":
      return is_outbox_lasting.value ? w.thanks_kept : `${w.thanks_kept} ${w.memory_only}`;
    case "dropped":
      return outcome.message;
    case "stored":
      break;
  }
  if (outcome.fate === "exam") return w.thanks_exam;
  if (outcome.fate === "checking") return w.thanks_checking;
  if (outcome.fate === "learned") return w.thanks_learned;
  if (outcome.fate !== "waiting" || shown === null) return w.thanks;
  if (shown.champion === null) return w.thanks_waiting_first;
  const { next_run_at, min_new_drawings, n_new } = shown;
  if (next_run_at === null) return w.thanks_waiting(null, 0);
  const n_short = Math.max(0, min_new_drawings - n_new);
  return w.thanks_waiting(whenOf(next_run_at, new Date(), languageTag.value), n_short);
}

function ofBlank(thanks: Thanks | null): AnswerWords {
  const w = drawWords.value;
  if (new_version.value !== null) {
    const headline = w.new_version(new_version.value);
    return { digit: null, headline, details: learnedSentences.value, tone: "thanks" };
  }
  if (thanks !== null) {
    const { kind } = thanks.outcome;
    const sentence = thanksSentence(thanks, stats.value);
    const tone = kind === "dropped" ? "trouble" : "thanks";
    return { digit: null, headline: "", details: [sentence], tone };
  }
  if (stats.value !== null && champion_version.value === null) {
    const details = [w.no_model_yet(first_training_percent.value)];
    return { digit: null, headline: w.no_model, details, tone: "idle" };
  }
  return { digit: null, headline: "", details: [], tone: "idle" };
}

function wordsOf(current: Session): AnswerWords {
  return current.kind === "blank" ? ofBlank(current.thanks) : ofReading(current.reading);
}

export const answerWords = computed(() => wordsOf(session.value));

/** While there is no ink to see, a long sentence may use its place. */
export const has_message = computed(
  () => prediction.value === null && answerWords.value.details.length > 0,
);

/** What a screen reader hears, once the page has been still for a moment. */
export const spokenAnswer = computed(() => {
  const { digit, headline, details } = answerWords.value;
  const current = session.value;
  if (current.kind === "drawn" && current.reading.kind === "pending") return "";
  if (current.kind === "drawn" && current.reading.kind === "read" && digit !== null) {
    const sure = current.reading.prediction.probabilities[digit] ?? 0;
    return drawWords.value.read_aloud(digit, sureFigure(sure));
  }
  return [headline, ...details].filter((sentence) => sentence !== "").join(". ");
});
