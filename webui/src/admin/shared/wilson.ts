/** Shares and how far they can be trusted. Pure. */

/** A share with its Wilson interval of 95 %, all from 0 to 1. */
export interface Share {
  share: number;
  low: number;
  high: number;
}

const Z = 1.959964; // 97.5 % of the normal distribution lie below

/** Wilson's interval: sound for few drawings and near 0 and 1, where p ± 2 s is not. */
export function shareOf(n_of_it: number, n: number): Share | null {
  if (n === 0) return null;
  const share = n_of_it / n;
  const middle = (share + Z ** 2 / (2 * n)) / (1 + Z ** 2 / n);
  const half =
    (Z / (1 + Z ** 2 / n)) * Math.sqrt((share * (1 - share)) / n + Z ** 2 / (4 * n ** 2));
  return { share, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
