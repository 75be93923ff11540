/**
 * Short names for the server's shapes that both pages use, and the few things that its schemas
 * leave open. Everything else is imported from `contract.ts`, which is generated.
 */

import type {
  DrawingOut,
  LearnedOut,
  MeOut,
  MineOut,
  ModelOut,
  PredictionOut,
  RunOut,
  ScheduleIn,
  ScheduleOut,
  ShownPrediction,
  StatsOut,
  StepOut,
  VerdictOut,
} from "../contract";

export type { MineCounts, RunInFull, RunPoint, ShownPrediction } from "../contract";

export type Drawing = DrawingOut;
export type Fate = Drawing["fate"];
export type DrawingStatus = Drawing["status"];
export type Learned = LearnedOut;
export type Me = MeOut;
export type Mine = MineOut;
export type Prediction = PredictionOut;
export type NoDigitReason = NonNullable<Prediction["reason"]>;
export type Step = StepOut;
export type Run = RunOut;
export type RunStatus = Run["status"];
export type Schedule = Required<ScheduleIn>;
export type ScheduleNow = ScheduleOut;
export type Stats = StatsOut;
export type Verdict = VerdictOut;
export type Rule = Verdict["rules"][number];

/** A label: the schemas say a whole number from 0 to 9, which TypeScript knows as a number. */
export type Digit = NonNullable<ShownPrediction["label"]>;

export const DIGITS: readonly Digit[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/** x and y in canvas pixels, milliseconds since the first point, pressure 0 to 1. */
export type Point = [x: number, y: number, ms: number, pressure: number];
export type Stroke = Point[];

export interface StrokesOnCanvas {
  strokes: Stroke[];
  width: number;
  height: number;
}

/** One page of a list; `next` asks for the page after it. */
export interface List<Item> {
  items: Item[];
  next: string | null;
}

export type DatasetName = "mnist_test" | "holdout_known" | "holdout_new";

/** Digits of one certainty, from `at_least` to the next bin's, and how many were read right. */
export interface CertaintyBin {
  at_least: number;
  n: number;
  /** Mean, 0 to 1. */
  certainty: number;
  n_right: number;
}

export interface Score {
  /** Null where nothing was measured: n = 0. */
  accuracy: number | null;
  n_correct: number;
  n: number;
  /** Expected calibration error, 0 to 1. */
  ece?: number | null;
  /** Missing in versions made before bins were kept. */
  bins?: CertaintyBin[];
}

export interface Model extends Omit<ModelOut, "scores"> {
  scores: Partial<Record<DatasetName, Score>>;
}

export function isOpen(run: Run | null): run is Run {
  return run !== null && (run.status === "queued" || run.status === "running");
}
