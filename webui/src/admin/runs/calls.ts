/** Requests of the views of runs. */

import type {
  DeliveryOut,
  RunDrawingOut,
  RunDrawingsOut,
  WebhookIn,
  WebhookOut,
} from "../../contract";
import { ask, query } from "../../shared/api";
import type { List, Run, RunInFull } from "../../shared/shapes";

export type { RunCounts, RunInFull } from "../../contract";
export type Delivery = DeliveryOut;
export type RunDrawing = RunDrawingOut;
export type Webhook = WebhookOut;

export const TOLD_ENDS: readonly Webhook["events"][number][] = ["promoted", "held", "failed"];

export interface RunDrawingsFilter {
  kind: string | null;
  label: string | null;
}

const PAGE = 200;

export const runsApi = {
  list: (after: string | null) => ask<List<Run>>(query("/runs", { after })),
  run: (id: number) => ask<RunInFull>(`/runs/${id}`),
  drawings: (id: number, { kind, label }: RunDrawingsFilter, after: string | null) =>
    ask<RunDrawingsOut>(query(`/runs/${id}/drawings`, { kind, label, after, limit: PAGE })),
  webhook: () => ask<Webhook>("/webhook"),
  saveWebhook: (json: WebhookIn) => ask<Webhook>("/webhook", { method: "PUT", json }),
  removeWebhook: () => ask<Webhook>("/webhook", { method: "DELETE" }),
  testWebhook: () => ask<Delivery>("/webhook/test", { method: "POST" }),
};
