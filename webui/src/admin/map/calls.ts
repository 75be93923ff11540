/** Requests of the map. */

import type { MapOut, MapsOut } from "../../contract";
import { ask, askBytes, query } from "../../shared/api";

export type MapDocument = MapOut;
export type Maps = MapsOut;

export const mapApi = {
  maps: () => ask<Maps>("/maps"),
  map: (version: number) => ask<MapDocument>(query("/map", { version })),
  /** The inks of all points, 784 bytes each. */
  inks: (version: number) => askBytes(query("/map/inks", { version })),
  makeAgain: () => ask<Maps>("/maps", { method: "POST" }),
};
