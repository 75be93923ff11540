/** The points of a map: filters, strays, and the nearest point in a direction. Pure. */

import type { MapOut } from "../../contract";
import { DIGITS, type Digit } from "../../shared/shapes";
import type { MapFilter } from "./query";

type Columns = Omit<MapOut["mnist"], "index">;
type MapColumns = Pick<MapOut, "mnist" | "drawings">;

export interface MapPoint {
  /** Index of its ink on the sheet. */
  place: number;
  /** -1 to 1 from left to right. */
  x: number;
  /** -1 to 1 from top to bottom. */
  y: number;
  label: Digit;
  predicted: Digit;
  nearLabel: Digit;
  /** How deep among the points labelled `nearLabel` it lies, 0 to 1. */
  depth: number;
  /** Id of the drawing; null for an MNIST image. */
  id: string | null;
  /** Index in the MNIST test set; null for a drawing. */
  index: number | null;
}

export interface DigitRow {
  digit: Digit;
  n: number;
  nMisread: number;
  nAmongOthers: number;
}

const STEPS = 10_000;
const INK_BYTES = 784;

function points(columns: Columns, ids: string[] | null, indices: number[] | null): MapPoint[] {
  return columns.place.map((place, row) => ({
    place,
    x: (columns.x[row] ?? 0) / STEPS,
    y: (columns.y[row] ?? 0) / STEPS,
    label: columns.label[row] ?? 0,
    predicted: columns.predicted[row] ?? 0,
    nearLabel: columns.near_label[row] ?? 0,
    depth: (columns.depth[row] ?? 0) / 1000,
    id: ids?.[row] ?? null,
    index: indices?.[row] ?? null,
  }));
}

/** MNIST's points first, so that drawings are painted above them. */
export function pointsOf({ mnist, drawings }: MapColumns): MapPoint[] {
  return [...points(mnist, null, mnist.index), ...points(drawings, drawings.id, null)];
}

export function isMisread(point: MapPoint): boolean {
  return point.predicted !== point.label;
}

/** Whether most of its neighbours are labelled as another digit. */
export function isAmongOthers(point: MapPoint): boolean {
  return point.nearLabel !== point.label;
}

export function shownPoints(all: readonly MapPoint[], filter: MapFilter): MapPoint[] {
  return all.filter(
    (point) =>
      filter.digits.includes(point.label) &&
      (filter.source === "all" || (filter.source === "drawing") === (point.id !== null)) &&
      (filter.only === "all" || (filter.only === "misread" ? isMisread : isAmongOthers)(point)),
  );
}

/** The points that lie furthest among another digit, furthest first. */
export function strays(shown: readonly MapPoint[], n: number): MapPoint[] {
  return shown
    .filter(isAmongOthers)
    .sort((one, other) => other.depth - one.depth || one.place - other.place)
    .slice(0, n);
}

export function rowsByDigit(shown: readonly MapPoint[]): DigitRow[] {
  return DIGITS.map((digit) => {
    const own = shown.filter((point) => point.label === digit);
    return {
      digit,
      n: own.length,
      nMisread: own.filter(isMisread).length,
      nAmongOthers: own.filter(isAmongOthers).length,
    };
  });
}

function median(values: number[]): number {
  const sorted = values.sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Where to write each digit: the middle of the points that are no strays. */
export function middles(shown: readonly MapPoint[]): { digit: Digit; x: number; y: number }[] {
  return DIGITS.flatMap((digit) => {
    const own = shown.filter((point) => point.label === digit && !isAmongOthers(point));
    if (own.length < 5) return [];
    return [{ digit, x: median(own.map(({ x }) => x)), y: median(own.map(({ y }) => y)) }];
  });
}

type Direction = "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown";

const WAYS: Record<Direction, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export function isDirection(key: string): key is Direction {
  return key in WAYS;
}

/** The nearest point within 45° of a direction; what is off to the side counts as further away. */
export function nextTowards(
  shown: readonly MapPoint[],
  from: { x: number; y: number; place?: number },
  direction: Direction,
): MapPoint | null {
  const [wayX, wayY] = WAYS[direction];
  let found: MapPoint | null = null;
  let least = Infinity;
  for (const point of shown) {
    if (point.place === from.place) continue;
    const [x, y] = [point.x - from.x, point.y - from.y];
    const ahead = x * wayX + y * wayY;
    const aside = Math.abs(x * wayY - y * wayX);
    if (ahead <= 0 || aside > ahead) continue;
    const length = ahead + 2 * aside;
    if (length < least) [found, least] = [point, length];
  }
  return found;
}

/** The ink at a place of the sheet as base64; null while there is no sheet. */
export function inkAt(sheet: Uint8Array | null, place: number): string | null {
  if (sheet === null) return null;
  return btoa(String.fromCharCode(...sheet.subarray(place * INK_BYTES, (place + 1) * INK_BYTES)));
}
