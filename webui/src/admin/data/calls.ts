/** Requests of the data page: transfers, export, import. */

import type { EstimateOut, FoundOut, TransferOut } from "../../contract";
import { ask, upload } from "../../shared/api";
import type { List } from "../../shared/shapes";

export const FORMATS = ["parquet", "npz", "idx", "png", "label-studio"] as const;
export type Format = (typeof FORMATS)[number];

export type Transfer = TransferOut;
export type TransferStatus = Transfer["status"];
export type Found = FoundOut;
export type Estimate = EstimateOut;

const MOVING: ReadonlySet<TransferStatus> = new Set([
  "sending",
  "queued",
  "checking",
  "storing",
  "undoing",
]);

/** Whether the transfer is in progress. */
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

/** Upload a file to be checked; nothing of it is stored before `store`. */
export function importFile(file: File, onProgress: (share: number) => void): Promise<Transfer> {
  const form = new FormData();
  form.set("preview", "true");
  form.set("file", file, file.name);
  return upload<Transfer>("/import", form, onProgress);
}
