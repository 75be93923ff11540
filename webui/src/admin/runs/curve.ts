/** The points of a run's curves. Pure. */

import type { Run, RunPoint } from "../../contract";

const LEARNING = "train";

export interface Measured {
  step: number;
  value: number;
}

/** The points of learning that have this figure. */
export function measuredOf(points: readonly RunPoint[], name: "loss" | "accuracy"): Measured[] {
  return points.flatMap((point) => {
    const value = point[name];
    return value === null || point.phase !== LEARNING ? [] : [{ step: point.step, value }];
  });
}

/** How many steps learning has: what is planned while it lasts, else what was done. */
export function learned(run: Pick<Run, "phase" | "n_steps"> & { metrics: RunPoint[] }): number {
  const last = run.metrics.findLast(({ phase }) => phase === LEARNING)?.step ?? 1;
  return run.phase === LEARNING ? Math.max(last, run.n_steps ?? 1) : last;
}

/** At most `n` of the points, evenly spread, the last one among them. */
export function someOf(points: readonly Measured[], n: number): Measured[] {
  const every = Math.ceil(points.length / n);
  return points.filter((_, place) => (points.length - 1 - place) % every === 0);
}
