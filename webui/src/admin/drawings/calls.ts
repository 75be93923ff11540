/** Requests of the gallery. */

import type {
  ChangeOut,
  DrawingRecord,
  DrawingWithStrokes,
  GalleryDrawing as GalleryDrawingOut,
  GalleryOut,
  ReadingsOut,
  SummaryOut,
} from "../../contract";
import { ask, query } from "../../shared/api";
import type { Digit } from "../../shared/shapes";
import type { GalleryQuery } from "./query";

/** The schemas leave `contributor` open, since other lists do not have it. */
interface Seen {
  contributor: string;
  confidence: number | null;
}
export type GalleryDrawing = GalleryDrawingOut & Seen;
export type DrawingInFull = DrawingWithStrokes & Seen;
export type Change = ChangeOut;
export type ChangeAction = Change["action"];
export type Summary = SummaryOut;

const PAGE = 200;

export const gallery = {
  page: ({ filters, sort }: GalleryQuery, after: string | null) =>
    ask<GalleryOut & { items: GalleryDrawing[] }>(
      query("/drawings", { ...filters, sort, after, limit: PAGE }),
    ),
  summary: ({ filters }: GalleryQuery) => ask<Summary>(query("/drawings/summary", { ...filters })),
  change: (ids: readonly string[], action: ChangeAction, label: Digit | null) =>
    ask<Change>("/drawings/changes", { method: "POST", json: { ids, action, label } }),
  undo: (change: number) => ask<Change>(`/drawings/changes/${change}/undo`, { method: "POST" }),
  drawing: (id: string) => ask<DrawingInFull>(`/drawings/${id}`),
  record: (id: string) => ask<DrawingRecord>(`/drawings/${id}/record`),
  readings: (id: string) => ask<ReadingsOut>(`/drawings/${id}/readings`),
};
