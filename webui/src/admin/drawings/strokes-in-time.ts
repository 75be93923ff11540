/** Strokes in time: what had been drawn after so many milliseconds. Pure. */

import type { Point, Stroke } from "../../contract";

/** Points without a time, as programs send them, are this far apart. */
const STEP_MS = 16;
/** Between two strokes without times. */
const PAUSE_MS = 120;

/** Every point with a time that never runs backwards. */
export function timed(strokes: readonly (readonly number[])[][]): Stroke[] {
  let clock = 0;
  const has_times = strokes.some((stroke) => stroke.some(([, , t]) => t !== undefined && t > 0));
  return strokes.map((stroke, index) => {
    if (!has_times && index > 0) clock += PAUSE_MS;
    return stroke.map(([x = 0, y = 0, t = 0, pressure = 0.5]): Point => {
      clock = has_times ? Math.max(clock, t) : clock + STEP_MS;
      return [x, y, clock, pressure];
    });
  });
}

export function duration(strokes: readonly Stroke[]): number {
  return strokes.at(-1)?.at(-1)?.[2] ?? 0;
}

/** The strokes, or their beginnings, that were on the paper at `ms`. */
export function drawnBy(strokes: readonly Stroke[], ms: number): Stroke[] {
  return strokes
    .map((stroke) => stroke.filter(([, , t]) => t <= ms))
    .filter((stroke) => stroke.length > 0);
}
