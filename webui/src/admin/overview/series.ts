/** Turn the server's figures into the data of the charts. Pure. */

import { shareOf, type Share } from "../shared/figures";
import type { Agreement, DatasetName, Day, Measure, Measured, Promotion } from "./calls";

export interface Point extends Share, Measure {
  version: number;
  at: Date;
  wasLive: boolean;
}

/** The score of each version on this data set, in order. */
export function scored(versions: readonly Measured[], dataset: DatasetName): Point[] {
  return versions.flatMap(({ version, created_at, was_live, [dataset]: measure }) => {
    const share = measure === null ? null : shareOf(measure.n_correct, measure.n);
    if (measure === null || share === null) return [];
    return [{ version, at: new Date(created_at), wasLive: was_live, ...measure, ...share }];
  });
}

export interface LiveSpan extends Share {
  version: number;
  at: Date;
  kind: Promotion["kind"];
}

/** The score of the live version from each promotion on. */
export function liveSpans(points: readonly Point[], promotions: readonly Promotion[]): LiveSpan[] {
  const byVersion = new Map(points.map((point) => [point.version, point]));
  return promotions.flatMap(({ version, at, kind }) => {
    const point = byVersion.get(version);
    if (point === undefined) return [];
    const { share, low, high } = point;
    return [{ version, at: new Date(at), kind, share, low, high }];
  });
}

const LEAST_DAYS = 14;

/** Days from the first drawing on, but at least two weeks. */
export function sinceFirst(days: readonly Day[]): readonly Day[] {
  const first = days.findIndex(({ n }) => n > 0);
  const from = first === -1 ? days.length : first;
  return days.slice(Math.max(0, Math.min(from, days.length - LEAST_DAYS)));
}

/** The sums of some days or digits. */
export function summed(figures: readonly Agreement[]): Agreement {
  return figures.reduce<Agreement>(
    (sum, { n, n_read, n_disagreed }) => ({
      n: sum.n + n,
      n_read: sum.n_read + n_read,
      n_disagreed: sum.n_disagreed + n_disagreed,
    }),
    { n: 0, n_read: 0, n_disagreed: 0 },
  );
}

export interface Week extends Share, Agreement {
  day: string;
}

const WEEK = 7;

/** For each day the share that disagreed in the last seven days; days without readings are left out. */
export function weekly(days: readonly Day[]): Week[] {
  return days.flatMap(({ day }, place) => {
    const sum = summed(days.slice(Math.max(0, place - WEEK + 1), place + 1));
    const share = shareOf(sum.n_disagreed, sum.n_read);
    return share === null ? [] : [{ day, ...sum, ...share }];
  });
}

/** Show every n-th label, so that no two of them touch. */
export function everyNth(nLabels: number, width: number, labelWidth: number): number {
  const room = Math.max(1, Math.floor(width / labelWidth));
  return Math.max(1, Math.ceil(nLabels / room));
}

const DAY_MS = 86_400_000;

/** Midnights of UTC for an axis, the last one first, as many as there is room for. */
export function dayTicks(from: Date, until: Date, nMost: number): Date[] {
  const last = Math.floor(until.getTime() / DAY_MS);
  const first = Math.ceil(from.getTime() / DAY_MS);
  const each = everyNth(last - first + 1, nMost, 1);
  const days = Array.from({ length: Math.max(0, last - first + 1) }, (_, ago) => last - ago);
  return days.filter((_, ago) => ago % each === 0).map((day) => new Date(day * DAY_MS));
}

/** Drop positions that are closer than `least` to the next kept one; the last one is kept. */
export function apart<Item>(
  items: readonly Item[],
  placeOf: (item: Item) => number,
  least: number,
): Item[] {
  const kept: Item[] = [];
  for (const item of [...items].reverse()) {
    const before = kept.at(-1);
    if (before === undefined || placeOf(before) - placeOf(item) >= least) kept.push(item);
  }
  return kept;
}
