/** What the server sends and takes, in its own words (snake_case JSON, described at /openapi.json). */

export type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

export const DIGITS: readonly Digit[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/** x and y in canvas pixels, milliseconds since the first point, pressure 0 to 1. */
export type Point = [x: number, y: number, t_ms: number, pressure: number];
export type Stroke = Point[];

export interface StrokesOnCanvas {
  strokes: Stroke[];
  width: number;
  height: number;
}

export interface Step {
  name: string;
  ms: number;
}

export type NoDigitReason = "empty" | "dot" | "scribble" | "several" | "unfamiliar";

export interface Prediction {
  label: Digit | null;
  probabilities: number[];
  is_digit: boolean;
  reason?: NoDigitReason | null;
  model_version: number;
  ink: string;
  steps: Step[];
}

export interface ShownPrediction {
  label: Digit | null;
  model_version: number;
}

export type Fate = "learned" | "waiting" | "exam" | "checking" | "rejected" | "deleted";
export type DrawingStatus = "accepted" | "quarantined" | "rejected" | "deleted";

export interface Drawing {
  id: string;
  label: Digit;
  status: DrawingStatus;
  split: "train" | "holdout_known" | "holdout_new";
  source: "drawn" | "uploaded" | "imported";
  prediction: ShownPrediction | null;
  ink: string;
  created_at: string;
  versions: number[];
  fate: Fate;
  learned_version: number | null;
}

export interface MineCounts {
  total: number;
  learned: number;
  waiting: number;
  exam: number;
  checking: number;
  live_version: number | null;
}

export interface List<Item> {
  items: Item[];
  next: string | null;
}

export interface Mine extends List<Drawing> {
  counts: MineCounts;
}

export interface RightCount {
  n: number;
  n_right: number;
  n_right_before: number | null;
}

export interface Learned extends RightCount {
  version: number | null;
  previous_version: number | null;
  promoted_at: string | null;
  exam: RightCount;
}

export interface Rule {
  name: string;
  passed: boolean;
  value: unknown;
  bound: unknown;
  sentence: string;
}

export interface Verdict {
  passed: boolean;
  sentence: string;
  rules: Rule[];
}

export type RunStatus = "queued" | "running" | "promoted" | "held" | "failed" | "cancelled";

export interface Run {
  id: number;
  status: RunStatus;
  phase: string | null;
  step: number | null;
  n_steps: number | null;
  loss: number | null;
  accuracy: number | null;
  version: number | null;
  verdict: Verdict | null;
  requested_by: "schedule" | "first" | "command" | "user";
  base_version: number | null;
  n_new: number | null;
  n_drawings: number | null;
  queued_at: string;
  started_at: string | null;
  finished_at: string | null;
  cancel_requested: boolean;
  message: string | null;
}

export interface RunPoint {
  phase: string;
  step: number;
  loss: number | null;
  accuracy: number | null;
}

export interface RunWithCurve extends Run {
  metrics: RunPoint[];
}

export interface Champion {
  version: number;
  accuracy: number | null;
  promoted_at: string;
}

export interface Stats {
  champion: Champion | null;
  next_run_at: string | null;
  schedule_sentence: string;
  run: Run | null;
  n_drawings: number;
  n_contributors: number;
  n_new: number;
  by_label: number[];
  by_day: { day: string; n: number }[];
  by_status: Record<string, number>;
  min_new_drawings: number;
}

export type Role = "anybody" | "reviewer" | "admin";

export interface Me {
  role: Role;
  email: string | null;
  contributor: string;
  needs_setup: boolean;
}

/** `accuracy` is null where there was nothing to read yet: n = 0. */
/** Digits of one certainty, from `at_least` to the next bin's, and how many were read right. */
export interface CertaintyBin {
  at_least: number;
  n: number;
  /** Mean, 0 to 1. */
  certainty: number;
  n_right: number;
}

export interface Score {
  accuracy: number | null;
  n_correct: number;
  n: number;
  /** Expected calibration error, 0 to 1. */
  ece?: number | null;
  /** Versions made before these were kept have none. */
  bins?: CertaintyBin[];
}

/** How a version was made; null where an older manifest does not say. */
export interface AboutVersion {
  n_parameters: number | null;
  temperature: number | null;
  seed: number | null;
  recipe: Record<string, unknown> | null;
  onnx_sha256: string;
}

export interface Model {
  version: number;
  status: "live" | "retired" | "held";
  network: string;
  created_at: string;
  promoted_at: string | null;
  base_version: number | null;
  run_id: number | null;
  n_drawings: number | null;
  n_new: number | null;
  is_anchor: boolean;
  scores: Partial<Record<"mnist_test" | "holdout_known" | "holdout_new", Score>>;
  verdict: Verdict | null;
  /** Only of one version, not in lists. */
  about?: AboutVersion;
}

export interface Schedule {
  cron: string;
  timezone: string;
  min_new_drawings: number;
  enabled: boolean;
}

export interface ScheduleNow extends Schedule {
  next_run_at: string | null;
  last_run_at: string | null;
  last_outcome: string | null;
  sentence: string;
  /** The rule in words, paused or not. */
  rule_sentence: string;
  next_runs: string[];
  /** The zone that counts, also where `timezone` is empty. */
  zone: string;
}

export interface ErrorBody {
  error: string;
  message: string;
}

export function isOpen(run: Run | null): run is Run {
  return run !== null && (run.status === "queued" || run.status === "running");
}
