/** How long each step of a prediction takes, the way over the network included. Pure. */

import type { Step } from "../contract";

export interface Timing {
  steps: Step[];
  total_ms: number;
}

export interface TimingRow {
  name: string;
  last_ms: number;
  median_ms: number;
}

const N_KEPT = 200; // readings; the median of more would hardly move

/** The server's steps, and what is left of the whole time: the way there and back ("way"). */
export function timingOf(steps: readonly Step[], total_ms: number): Timing {
  const on_server = steps.reduce((sum, step) => sum + step.ms, 0);
  const way = { name: "way", ms: Math.max(0, total_ms - on_server) };
  return { steps: [...steps, way], total_ms };
}

export function withTiming(timings: readonly Timing[], timing: Timing): Timing[] {
  return [...timings, timing].slice(-N_KEPT);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** The steps of the newest reading, each beside its median over all that are kept. */
export function timingRows(timings: readonly Timing[]): TimingRow[] {
  const newest = timings.at(-1);
  if (newest === undefined) return [];
  return newest.steps.map((step) => {
    const all = timings.flatMap((one) => one.steps.filter(({ name }) => name === step.name));
    return { name: step.name, last_ms: step.ms, median_ms: median(all.map(({ ms }) => ms)) };
  });
}
