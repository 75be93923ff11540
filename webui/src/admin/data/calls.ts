/** What the view of data in and out asks of the server, and sends it. */

import { ask, upload } from "../../shared/api";
import type { List } from "../../contract";

export const FORMATS = ["parquet", "npz", "idx", "png", "label-studio"] as const;
export type Format = (typeof FORMATS)[number];

export type TransferStatus =
  | "sending"
  | "queued"
  | "checking"
  | "ready"
  | "storing"
  | "done"
  | "refused"
  | "failed"
  | "undoing"
  | "undone";

export interface Found {
  by_label: number[];
  n_known: number;
  n_refused: number;
  refusals: string[];
}

export interface Transfer {
  id: number;
  kind: "import" | "export";
  status: TransferStatus;
  format: string | null;
  by: string;
  file_name: string | null;
  filters: Record<string, unknown> | null;
  n_bytes: number | null;
  n_total: number | null;
  n_done: number;
  n_new: number;
  found: Found | null;
  message: string | null;
  versions: number[];
  created_at: string;
  finished_at: string | null;
}

export interface Estimate {
  n: number;
  is_exact: boolean;
  n_bytes: number;
}

const MOVING: ReadonlySet<TransferStatus> = new Set([
  "sending",
  "queued",
  "checking",
  "storing",
  "undoing",
]);

/** Whether something goes on by itself. */
export function isMoving({ status }: Transfer): boolean {
  return MOVING.has(status);
}

/** A path of /api/v1 that a link can lead to. */
export function exportAddress(query: string): string {
  return `/api/v1/export?${query}`;
}

export const data = {
  transfers: () => ask<List<Transfer>>("/transfers?limit=20"),
  estimate: (query: string) => ask<Estimate>(`/export/estimate?${query}`),
  store: (id: number) => ask<Transfer>(`/transfers/${id}/store`, { method: "POST" }),
  undo: (id: number) => ask<Transfer>(`/transfers/${id}/undo`, { method: "POST" }),
};

/** Send a file to be looked at; nothing of it is stored before `store`. */
export function importFile(file: File, onProgress: (share: number) => void): Promise<Transfer> {
  const form = new FormData();
  form.set("preview", "true");
  form.set("file", file, file.name);
  return upload<Transfer>("/import", form, onProgress);
}
