/** Format numbers for people. Pure. */

import type { Run } from "./shapes";

/** Percent of a probability. Above 99 with one decimal, cut, so that it never shows 100. */
export function sureFigure(probability: number): string {
  const percent = probability * 100;
  if (percent > 99) return (Math.floor(percent * 10) / 10).toFixed(1).replace("100.0", "99.9");
  if (percent < 1) return "<1";
  return String(Math.round(percent));
}

/** Percent of a share with two decimals, cut: 99.995 % must not show as 100. */
export function accuracyFigure(share: number): string {
  return (Math.floor(share * 10_000 + 1e-6) / 100).toFixed(2);
}

export function msFigure(ms: number): string {
  return ms < 0.1 ? ms.toFixed(2) : ms.toFixed(1);
}

/** Progress of a run, 0 to 100; null while it is unknown. */
export function runPercent(run: Run): number | null {
  if (run.status !== "running" || run.step === null || !run.n_steps) return null;
  return Math.min(100, Math.floor((run.step / run.n_steps) * 100));
}

/** `9, 10 and 11` in either language, shortened in the middle when there are many. */
export function versionList(versions: readonly number[], tag: string): string {
  const shown = [...versions].sort((a, b) => a - b).map(String);
  return new Intl.ListFormat(tag, { type: "conjunction" }).format(shown);
}
