/** Sentences about a drawing in the queue. */

import { sureFigure } from "../../shared/figures";
import { review_words } from "./words";
import type { Decided, ReviewItem } from "./queue";

/** "The model reads 1, its contributor says 7." */
export function whySentence({ why, label, read }: ReviewItem): string {
  const w = review_words.value;
  if (why === "quarantined") return w.quarantined(label, read?.label ?? null);
  if (read === null) return w.sample;
  switch (why) {
    case "disagrees":
      return w.disagrees(label, read.label);
    case "unsure":
      return w.unsure(read.label, read.second);
    case "sample":
      return w.sample;
  }
}

export function sureWords({ read }: ReviewItem): string {
  const w = review_words.value;
  return read === null ? w.nothing_read : w.sure(sureFigure(read.probability));
}

export function decidedWords({ decision, label }: Decided): string {
  const w = review_words.value;
  switch (decision) {
    case "accept":
      return w.said_accepted(label);
    case "relabel":
      return w.said_relabelled(label);
    case "reject":
      return w.said_rejected(label);
  }
}
