/** Requests of the data page: transfers, export, import. */

import type {
  AgreementOut,
  EstimateOut,
  FoundOut,
  ProposalOut,
  SampleOut,
  TransferOut,
} from "../../contract";
import { ask, upload } from "../../shared/api";
import type { List } from "../../shared/shapes";

export const FORMATS = ["parquet", "npz", "idx", "png", "label-studio"] as const;
export type Format = (typeof FORMATS)[number];

export type Transfer = TransferOut;
export type TransferStatus = Transfer["status"];
export type Found = FoundOut;
export type Estimate = EstimateOut;
export type Sample = SampleOut;
export type Proposal = ProposalOut;
export type Agreement = AgreementOut;

/** The words that the server asks for; the page asks a person in their own language. */
export const CONFIRM = "store anyway";
/** The repair that says: the file is right as it is. */
export const AS_IT_IS = "none";

export interface Decision {
  repair?: string;
  confirm?: string;
}

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

/** All reasons of an import, as a table. */
export function leftOutAddress(id: number): string {
  return `/api/v1/transfers/${id}/left-out.csv`;
}

/** A path of /api/v1 that a link can lead to. */
export function exportAddress(query: string): string {
  return `/api/v1/export?${query}`;
}

export const data = {
  transfers: () => ask<List<Transfer>>("/transfers?limit=20"),
  estimate: (query: string) => ask<Estimate>(`/export/estimate?${query}`),
  transfer: (id: number) => ask<Transfer>(`/transfers/${id}`),
  store: (id: number, decision: Decision) =>
    ask<Transfer>(`/transfers/${id}/store`, { method: "POST", json: decision }),
  undo: (id: number) => ask<Transfer>(`/transfers/${id}/undo`, { method: "POST" }),
};

/** Upload a file to be checked; nothing of it is stored before `store`. */
export function importFile(file: File, onProgress: (share: number) => void): Promise<Transfer> {
  const form = new FormData();
  form.set("preview", "true");
  form.set("file", file, file.name);
  return upload<Transfer>("/import", form, onProgress);
}
