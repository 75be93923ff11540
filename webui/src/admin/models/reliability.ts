/** From bins of certainty to what a reliability diagram shows. Pure. */

import type { CertaintyBin } from "../../contract";
import { shareOf, type Share } from "../shared/figures";

export interface CertaintyRange extends CertaintyBin, Share {
  /** "90–95 %", as the language writes it */
  name: string;
}

/** Where the bins begin, in percent; the trainer's `CERTAINTY_EDGES`. */
const EDGES = [0, 50, 60, 70, 80, 90, 95, 99, 99.9, 100];

type Percent = (figure: string) => string;

function nameOf(at_least: number, percent: Percent): string {
  const from = Number((at_least * 100).toFixed(1));
  const to = EDGES.find((edge) => edge > from) ?? 100;
  return percent(`${from}–${to}`);
}

/**
 * Bins from the least sure, each with its share right and that share's interval of 95 %.
 * `percent` writes a percentage as the language does.
 */
export function rangesOf(bins: readonly CertaintyBin[], percent: Percent): CertaintyRange[] {
  return bins.flatMap((bin) => {
    const share = shareOf(bin.n_right, bin.n);
    return share === null ? [] : [{ ...bin, ...share, name: nameOf(bin.at_least, percent) }];
  });
}
