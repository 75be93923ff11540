/** What the overview asks of the server. */

import { ask } from "../../shared/api";
import type { Run } from "../../contract";

export type NeedKind =
  | "model"
  | "worker"
  | "shared_file"
  | "trainer_silent"
  | "trainer_missing"
  | "sqlite"
  | "disk"
  | "no_model"
  | "run_failed"
  | "run_held"
  | "quarantined"
  | "anchor"
  | "import_ready"
  | "webhook"
  | "schedule_off";

export interface Need {
  kind: NeedKind;
  facts: Readonly<Record<string, string | number>>;
}

export interface Live {
  version: number;
  previous_version: number | null;
  since: string;
  kind: "gate" | "promote" | "rollback";
  why: string;
  by: "gate" | "command" | "user";
  by_name: string | null;
}

export interface Queues {
  n_to_review: number;
  is_exact: boolean;
  n_quarantined: number;
  n_new: number;
  min_new_drawings: number;
}

/** Drawings, how many of them a version read, and how many of those as another digit. */
export interface Agreement {
  n: number;
  n_read: number;
  n_disagreed: number;
}

export interface Day extends Agreement {
  /** 2026-11-23, in UTC. */
  day: string;
}

export interface Measure {
  n_correct: number;
  n: number;
}

export type DatasetName = "mnist_test" | "holdout_known" | "holdout_new";

export interface Measured extends Record<DatasetName, Measure | null> {
  version: number;
  created_at: string;
  was_live: boolean;
}

export interface Promotion {
  version: number;
  at: string;
  kind: Live["kind"];
}

export interface OverviewFigures {
  needs: Need[];
  live: Live | null;
  anchor: number | null;
  last_run: Run | null;
  queues: Queues;
  n_contributors: number;
  n_new_contributors: number;
  by_day: Day[];
  by_digit: Agreement[];
  versions: Measured[];
  promotions: Promotion[];
}

export const overview_api = {
  show: () => ask<OverviewFigures>("/overview"),
};
