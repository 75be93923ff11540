/** What the views of runs ask of the server, beside what every page knows of the last run. */

import { ask, query } from "../../shared/api";
import type { Digit, List, Run, RunPoint } from "../../contract";
import type { GalleryDrawing } from "../drawings/calls";

type ToldEnd = "promoted" | "held" | "failed";
export const TOLD_ENDS: readonly ToldEnd[] = ["promoted", "held", "failed"];

export interface Delivery {
  id: number;
  event: ToldEnd | "test";
  run_id: number | null;
  created_at: string;
  attempted_at: string | null;
  n_attempts: number;
  is_waiting: boolean;
  outcome: string | null;
  sentence: string | null;
}

export interface ListedRun extends Run {
  asked_by: string | null;
}

export interface RunInFull extends ListedRun {
  metrics: RunPoint[];
  lines: { at: string; name: string; sentence: string }[];
  phases: { phase: string; seconds: number }[];
  time_left: { seconds: number; is_whole: boolean } | null;
  progress_at: string | null;
  n_attempts: number;
  what_to_do: string | null;
  n_checking: number;
  told: Delivery | null;
}

export interface RunDrawing extends GalleryDrawing {
  learned_label: Digit;
  is_new: boolean;
}

export interface RunCounts {
  new: number[];
  older: number[];
  n_deleted: number;
}

interface RunDrawings extends List<RunDrawing> {
  counts: RunCounts | null;
}

export interface RunDrawingsFilter {
  kind: string | null;
  label: string | null;
}

export interface Webhook {
  url: string | null;
  events: ToldEnd[];
  updated_at: string | null;
  allows_private: boolean;
  secret: string | null;
  deliveries: Delivery[];
}

interface WebhookWanted {
  url: string;
  events: ToldEnd[];
  renew_secret: boolean;
}

const PAGE = 200;

export const runs_api = {
  list: (after: string | null) => ask<List<ListedRun>>(query("/runs", { after })),
  run: (id: number) => ask<RunInFull>(`/runs/${id}`),
  drawings: (id: number, { kind, label }: RunDrawingsFilter, after: string | null) =>
    ask<RunDrawings>(query(`/runs/${id}/drawings`, { kind, label, after, limit: PAGE })),
  webhook: () => ask<Webhook>("/webhook"),
  saveWebhook: (json: WebhookWanted) => ask<Webhook>("/webhook", { method: "PUT", json }),
  removeWebhook: () => ask<Webhook>("/webhook", { method: "DELETE" }),
  testWebhook: () => ask<Delivery>("/webhook/test", { method: "POST" }),
};
