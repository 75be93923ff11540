/** A run's curve as points on a plane. Pure. */

import type { RunPoint } from "../../contract";

export const LEARNING = "train";

export interface Measured {
  step: number;
  value: number;
}

export interface Scale {
  low: number;
  high: number;
}

export function measuredOf(points: readonly RunPoint[], name: "loss" | "accuracy"): Measured[] {
  return points.flatMap((point) => {
    const value = point[name];
    return value === null ? [] : [{ step: point.step, value }];
  });
}

export function scaleOf(points: readonly Measured[]): Scale {
  const values = points.map(({ value }) => value);
  return { low: Math.min(...values), high: Math.max(...values) };
}

/** The points of an SVG line, `width` standing for all steps; a flat line lies in the middle. */
export function lineOf(
  points: readonly Measured[],
  n_steps: number,
  { low, high }: Scale,
  width: number,
  height: number,
): string {
  return points
    .map(({ step, value }) => {
      const x = (step / Math.max(1, n_steps)) * width;
      const up = high > low ? (value - low) / (high - low) : 0.5;
      return `${x.toFixed(1)},${((1 - up) * height).toFixed(1)}`;
    })
    .join(" ");
}
