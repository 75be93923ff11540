/** A rule's figures as people read them: shares in percent, losses in digits. Pure. */

import type { Rule } from "../../contract";

/** Rules about a share, with the decimals that tell it from its bound. */
const SHARES: Readonly<Record<string, number>> = {
  first_accuracy: 2,
  first_per_digit: 2,
  calibration: 3,
};
const LEAST: ReadonlySet<string> = new Set(["first_accuracy", "first_per_digit"]);

/** Of a rule that had nothing to measure. */
export const NO_FIGURE = "–";

type Percent = (figure: string) => string;

function figureOf(name: string, value: unknown, percent: Percent): string {
  if (typeof value !== "number") return NO_FIGURE;
  const decimals = SHARES[name];
  if (decimals === undefined) return String(value).replace("-", "−");
  // Cut, not rounded: what missed its bound never looks as if it met it.
  const unit = 10 ** decimals;
  return percent((Math.floor(value * 100 * unit + 1e-6) / unit).toFixed(decimals));
}

/** `percent` writes a percentage as the language does. */
export function measureOf({ name, value }: Rule, percent: Percent): string {
  return figureOf(name, value, percent);
}

export function boundOf(
  { name, bound }: Rule,
  percent: Percent,
): { figure: string; is_least: boolean } {
  return { figure: figureOf(name, bound, percent), is_least: LEAST.has(name) };
}
