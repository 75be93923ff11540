/** Numbers, dates and shares as charts and tables show them. Pure. */

export interface PlotFormats {
  /** 12,345 */
  number: (n: number) => string;
  /** 12K or 1.2万: for an axis, where there is little room. */
  short: (n: number) => string;
  /** A share from 0 to 1 as 93 %; `decimals` where the axis needs them. */
  percent: (share: number, decimals?: number) => string;
  /** 23 Nov; days are those of UTC. */
  day: (day: Date | string) => string;
  /** 23 Nov 2026 */
  date: (day: Date | string) => string;
}

/** `tag` is BCP 47. */
export function plotFormats(tag: string): PlotFormats {
  const unit = tag.startsWith("zh") ? "%" : " %"; // no space before it in Chinese
  const number = new Intl.NumberFormat(tag);
  const short = new Intl.NumberFormat(tag, { notation: "compact", maximumFractionDigits: 1 });
  const day = new Intl.DateTimeFormat(tag, { day: "numeric", month: "short", timeZone: "UTC" });
  const date = new Intl.DateTimeFormat(tag, { dateStyle: "medium", timeZone: "UTC" });
  return {
    number: (n) => number.format(n),
    short: (n) => short.format(n),
    percent: (share, decimals = 0) => `${(share * 100).toFixed(decimals)}${unit}`,
    day: (moment) => day.format(new Date(moment)),
    date: (moment) => date.format(new Date(moment)),
  };
}

/** A share with its Wilson interval of 95 %, all from 0 to 1. */
export interface Share {
  share: number;
  low: number;
  high: number;
}

const Z = 1.959964; // 97.5 % of the normal distribution lie below

/** Wilson's interval: sound for few drawings and near 0 and 1, where p ± 2 s is not. */
export function shareOf(nOfIt: number, n: number): Share | null {
  if (n === 0) return null;
  const share = nOfIt / n;
  const middle = (share + Z ** 2 / (2 * n)) / (1 + Z ** 2 / n);
  const half =
    (Z / (1 + Z ** 2 / n)) * Math.sqrt((share * (1 - share)) / n + Z ** 2 / (4 * n ** 2));
  return { share, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
