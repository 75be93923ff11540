/** The line of versions as a picture: where each stands, and what it was made from. Pure. */

import type { Model } from "../../contract";

export interface Place {
  version: number;
  status: Model["status"];
  is_anchor: boolean;
  /** Steps from the left, oldest first. */
  column: number;
  /** 0: was live at some time; 1: held. */
  lane: 0 | 1;
}

export interface Line {
  from: Place;
  to: Place;
}

export interface Lineage {
  places: Place[];
  lines: Line[];
}

/** `models` in any order. A parent that is not among them (an earlier page) has no line. */
export function lineageOf(models: readonly Model[]): Lineage {
  const oldest_first = [...models].sort((a, b) => a.version - b.version);
  const places = oldest_first.map(({ version, status, is_anchor }, column): Place => {
    return { version, status, is_anchor, column, lane: status === "held" ? 1 : 0 };
  });
  const place_of = new Map(places.map((place) => [place.version, place]));
  const lines = oldest_first.flatMap(({ version, base_version }) => {
    const from = base_version === null ? undefined : place_of.get(base_version);
    const to = place_of.get(version);
    return from === undefined || to === undefined ? [] : [{ from, to }];
  });
  return { places, lines };
}
