/** Split a moment into the parts that sentences need: the day relative to now, and the time. Pure. */

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
