/** What the gallery asks of the server. */

import { ask, query } from "../../shared/api";
import type { Digit, Drawing, List } from "../../contract";
import type { GalleryQuery } from "./query";

export interface GalleryDrawing extends Drawing {
  contributor: string;
  confidence: number | null;
}

interface GalleryPage extends List<GalleryDrawing> {
  is_capped: boolean;
}

export interface DrawingInFull extends GalleryDrawing {
  strokes: number[][][] | null;
  width: number | null;
  height: number | null;
}

export interface Summary {
  n: number;
  is_exact: boolean;
  by: Record<string, Record<string, number>> | null;
}

export type ChangeAction = "accept" | "relabel" | "reject" | "restore" | "delete";

export interface Change {
  id: number;
  action: ChangeAction;
  n: number;
  learned_versions: number[];
}

interface DrawingRecord {
  labels: { label: Digit; by: string; at: string }[];
  learned: { version: number; label: Digit; was_live: boolean }[];
}

interface VersionReading {
  version: number;
  label: Digit | null;
  confidence: number | null;
  is_digit: boolean | null;
}

const PAGE = 200;

export const gallery = {
  page: ({ filters, sort }: GalleryQuery, after: string | null) =>
    ask<GalleryPage>(query("/drawings", { ...filters, sort, after, limit: PAGE })),
  summary: ({ filters }: GalleryQuery) => ask<Summary>(query("/drawings/summary", { ...filters })),
  change: (ids: readonly string[], action: ChangeAction, label: Digit | null) =>
    ask<Change>("/drawings/changes", { method: "POST", json: { ids, action, label } }),
  undo: (change: number) => ask<Change>(`/drawings/changes/${change}/undo`, { method: "POST" }),
  drawing: (id: string) => ask<DrawingInFull>(`/drawings/${id}`),
  record: (id: string) => ask<DrawingRecord>(`/drawings/${id}/record`),
  readings: (id: string) => ask<{ items: VersionReading[] }>(`/drawings/${id}/readings`),
};
