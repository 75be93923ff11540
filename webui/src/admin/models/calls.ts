/** Requests of the views of versions. */

import type { AnchorOut, CellOut, CompareOut, ConfusionOut, PromotedOut } from "../../contract";
import { ask } from "../../shared/api";
import type { Model } from "../../shared/shapes";

export type Confusion = ConfusionOut;
export type Comparison = CompareOut;
export type Flip = Comparison["better"][number];
export type Difference = Comparison["drawings"];

const SWITCH_TIMEOUT_MS = 45_000; // promoting waits up to 30 s until every worker has switched

export const versionsApi = {
  version: (version: number) => ask<Model>(`/models/${version}`),
  confusion: (version: number) => ask<Confusion>(`/models/${version}/confusion`),
  cell: (version: number, label: number, readAs: number) =>
    ask<CellOut>(`/models/${version}/confusion/${label}/${readAs}`),
  compare: (a: number, b: number) => ask<Comparison>(`/compare/${a}/${b}`),
  promote: (version: number, reason: string) =>
    ask<PromotedOut>(`/models/${version}/promote`, {
      method: "POST",
      json: { reason },
      timeoutMs: SWITCH_TIMEOUT_MS,
    }),
  moveAnchor: (version: number, reason: string) =>
    ask<AnchorOut>(`/models/${version}/anchor`, { method: "POST", json: { reason } }),
};
