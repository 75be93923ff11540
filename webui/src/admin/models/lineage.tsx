/** Lineage: each version with a line to its parent; held ones below, live filled, anchor ringed. */

import type { Model } from "../../shared/shapes";
import { Link } from "../shared/parts";
import { versionsWords } from "./words";

interface Place {
  version: number;
  status: Model["status"];
  isAnchor: boolean;
  /** Steps from the left, oldest first. */
  column: number;
  /** 0: was live at some time; 1: held. */
  lane: 0 | 1;
}

export interface Line {
  from: Place;
  to: Place;
}

interface Lineage {
  places: Place[];
  lines: Line[];
}

/** `models` in any order. A parent that is not among them (an earlier page) has no line. */
export function lineageOf(models: readonly Model[]): Lineage {
  const oldestFirst = [...models].sort((a, b) => a.version - b.version);
  const places = oldestFirst.map(({ version, status, is_anchor }, column): Place => {
    return { version, status, isAnchor: is_anchor, column, lane: status === "held" ? 1 : 0 };
  });
  const placeOf = new Map(places.map((place) => [place.version, place]));
  const lines = oldestFirst.flatMap(({ version, base_version }) => {
    const from = base_version === null ? undefined : placeOf.get(base_version);
    const to = placeOf.get(version);
    return from === undefined || to === undefined ? [] : [{ from, to }];
  });
  return { places, lines };
}

const STEP = 64;
const LANE = 56;
const EDGE = 32;
const TOP = 28;
const RADIUS = 11;

const x = ({ column }: Place) => EDGE + column * STEP;
const y = ({ lane }: Place) => TOP + lane * LANE;

function path({ from, to }: Line): string {
  const [x0, y0, x1, y1] = [x(from), y(from), x(to), y(to)];
  if (y0 === y1 && to.column === from.column + 1) return `M${x0},${y0}H${x1}`;
  // Curve above the versions between them, so that the line crosses none of them.
  if (y0 === y1)
    return `M${x0},${y0}C${x0 + STEP / 2},${y0 - TOP} ${x1 - STEP / 2},${y0 - TOP} ${x1},${y1}`;
  return `M${x0},${y0}C${(x0 + x1) / 2},${y0} ${(x0 + x1) / 2},${y1} ${x1},${y1}`;
}

export function LineagePicture({ models }: { models: readonly Model[] }) {
  const w = versionsWords.value;
  const { places, lines } = lineageOf(models);
  const hasHeld = places.some(({ lane }) => lane === 1);
  const width = 2 * EDGE + Math.max(0, places.length - 1) * STEP;
  const height = TOP + (hasHeld ? LANE : 0) + 40;
  return (
    <figure class="lineage" id="lineage">
      <figcaption class="hint">{w.lineageHint}</figcaption>
      <div class="lineage-space" tabIndex={0} role="region" aria-label={w.lineage}>
        <div class="lineage-sheet" style={{ width: `${width}px`, height: `${height}px` }}>
          <svg width={width} height={height} aria-hidden="true">
            {lines.map((line) => (
              <path key={line.to.version} d={path(line)} class={line.to.lane ? "is-held" : ""} />
            ))}
            {places.map((place) => (
              <g key={place.version} class={`is-${place.status}`}>
                {place.isAnchor && (
                  <circle class="is-anchor" cx={x(place)} cy={y(place)} r={RADIUS + 5} />
                )}
                <circle cx={x(place)} cy={y(place)} r={RADIUS} />
              </g>
            ))}
          </svg>
          {places.map((place) => (
            <span
              key={place.version}
              class="lineage-name"
              style={{ left: `${x(place)}px`, top: `${y(place)}px` }}
            >
              <Link
                view="models"
                part={String(place.version)}
                label={w.lineagePlace(
                  place.version,
                  versionsWords.value.modelStatus(place.status),
                  place.isAnchor,
                )}
              >
                {place.version}
              </Link>
            </span>
          ))}
        </div>
      </div>
    </figure>
  );
}
