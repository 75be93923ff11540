/** What the map asks of the server. */

import { ask, askBytes, query } from "../../shared/api";
import type { MapColumns } from "./points";

export interface MapDocument extends MapColumns {
  version: number;
  live_version: number | null;
  made_at: string;
  /** How long it took to make. */
  seconds: number;
  /** Drawings that came since. */
  n_since: number;
}

export interface Maps {
  live_version: number | null;
  items: { version: number; made_at: string }[];
  making: "read" | "place" | null;
  making_since: string | null;
  is_owed: boolean;
  last_seconds: number | null;
  message: string | null;
}

export const map_api = {
  maps: () => ask<Maps>("/maps"),
  map: (version: number) => ask<MapDocument>(query("/map", { version })),
  /** 784 bytes for each place. */
  inks: (version: number) => askBytes(query("/map/inks", { version })),
  makeAgain: () => ask<Maps>("/maps", { method: "POST" }),
};
