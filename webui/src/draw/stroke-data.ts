/** signature_pad's points to the contract's strokes. Pure. */

import type { Point, Stroke } from "../contract";

interface Sampled {
  points: readonly { x: number; y: number; pressure: number; time: number }[];
}

function rounded(value: number, n_decimals: number): number {
  const factor = 10 ** n_decimals;
  return Math.round(value * factor) / factor;
}

/** Times count from the first point; tenths of a pixel are finer than any pointer. */
export function strokesOf(groups: readonly Sampled[]): Stroke[] {
  const began = groups[0]?.points[0]?.time ?? 0;
  return groups
    .filter(({ points }) => points.length > 0)
    .map(({ points }) =>
      points.map(({ x, y, pressure, time }): Point => [
        rounded(x, 1),
        rounded(y, 1),
        Math.max(0, Math.round(time - began)),
        rounded(pressure, 2),
      ]),
    );
}
