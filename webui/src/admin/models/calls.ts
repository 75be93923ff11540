/** What the views of versions ask of the server. */

import { ask } from "../../shared/api";
import type { Digit, Model } from "../../contract";

export interface Confusion {
  version: number;
  n: number;
  /** Row: the digit it is; column: the digit it was read as. */
  rows: number[][];
  precision: (number | null)[];
  recall: (number | null)[];
  f1: (number | null)[];
}

interface Cell {
  label: Digit;
  read_as: Digit;
  n: number;
  items: { place: number; ink: string }[];
}

export interface Flip {
  source: "mnist" | "drawing";
  place: number;
  drawing_id: string | null;
  label: Digit;
  a: Digit;
  b: Digit;
  ink: string;
}

export interface Difference {
  n: number;
  n_right_a: number;
  n_right_b: number;
  n_better: number;
  n_worse: number;
  p: number;
}

export interface Comparison {
  a: number;
  b: number;
  mnist_test: Difference | null;
  drawings: Difference;
  better: Flip[];
  worse: Flip[];
  contributors: { contributor: number; n_better: number; n_worse: number }[];
}

const SWITCH_TIMEOUT_MS = 45_000; // promoting waits up to 30 s until every worker has switched

export const versions_api = {
  version: (version: number) => ask<Model>(`/models/${version}`),
  confusion: (version: number) => ask<Confusion>(`/models/${version}/confusion`),
  cell: (version: number, label: number, read_as: number) =>
    ask<Cell>(`/models/${version}/confusion/${label}/${read_as}`),
  compare: (a: number, b: number) => ask<Comparison>(`/compare/${a}/${b}`),
  promote: (version: number, reason: string) =>
    ask<{ version: number }>(`/models/${version}/promote`, {
      method: "POST",
      json: { reason },
      timeout_ms: SWITCH_TIMEOUT_MS,
    }),
  moveAnchor: (version: number, reason: string) =>
    ask<{ version: number }>(`/models/${version}/anchor`, { method: "POST", json: { reason } }),
};
