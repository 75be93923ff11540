/** Format numbers and moments for people. Pure. */

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

export type When =
  | { kind: "today"; time: string }
  | { kind: "tomorrow"; time: string }
  | { kind: "weekday"; day: string; time: string }
  | { kind: "date"; day: string; time: string };

const DAY_MS = 86_400_000;

function midnight(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/** `tag` is BCP 47. Days are those of the person's own clock. */
export function whenOf(iso: string, now: Date, tag: string): When {
  const date = new Date(iso);
  const time = new Intl.DateTimeFormat(tag, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(date);
  // Round, since a day on which the clock changes has 23 or 25 hours.
  const nDays = Math.round((midnight(date) - midnight(now)) / DAY_MS);
  if (nDays === 0) return { kind: "today", time };
  if (nDays === 1) return { kind: "tomorrow", time };
  if (nDays > 1 && nDays < 7) {
    const day = new Intl.DateTimeFormat(tag, { weekday: "long" }).format(date);
    return { kind: "weekday", day, time };
  }
  const day = new Intl.DateTimeFormat(tag, { day: "numeric", month: "short" }).format(date);
  return { kind: "date", day, time };
}

export type Ago = { kind: "just_now" } | { kind: "ago"; words: string };

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

export function agoOf(iso: string, now: Date, tag: string): Ago {
  const seconds = (now.getTime() - new Date(iso).getTime()) / 1000;
  for (const [unit, length] of UNITS) {
    if (seconds >= length) {
      const format = new Intl.RelativeTimeFormat(tag, { numeric: "always" });
      return { kind: "ago", words: format.format(-Math.floor(seconds / length), unit) };
    }
  }
  return { kind: "just_now" };
}
