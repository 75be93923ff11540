/** Figures and dates on charts, in the person's language. Pure. */

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
  const unit = tag.startsWith("zh") ? "%" : " %"; // written close to the figure in Chinese
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
