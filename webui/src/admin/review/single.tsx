/** One drawing at a time: its ink, label and reading, and the next ones. */

import { InkCanvas } from "../../shared/ink";
import { queue } from "./actions";
import type { ReviewItem } from "./queue";
import { ReviewTools, sureWords, whySentence } from "./tools";
import { reviewWords } from "./words";

const N_NEXT = 8;

function Facts({ item }: { item: ReviewItem }) {
  const w = reviewWords.value;
  return (
    <>
      <p class="review-why" id="review-why">
        {whySentence(item)}
      </p>
      <dl class="review-facts">
        <div>
          <dt>{w.labelled}</dt>
          <dd class="review-digit" id="review-label">
            {item.label}
          </dd>
        </div>
        <div>
          <dt>{w.read}</dt>
          <dd
            class={
              item.read !== null && item.read.label !== item.label
                ? "review-digit is-other"
                : "review-digit"
            }
            id="review-read"
          >
            {item.read?.label ?? "–"}
          </dd>
          <dd class="quiet">{sureWords(item)}</dd>
        </div>
      </dl>
    </>
  );
}

export function ReviewSingle({ item }: { item: ReviewItem }) {
  const w = reviewWords.value;
  const next = queue.value.waiting.slice(0, N_NEXT);
  return (
    <>
      <section class="card review-card" aria-label={w.labelled} data-id={item.id}>
        <div class="review-ink" id="review-ink">
          <InkCanvas key={item.id} ink={item.ink} label={w.inkOf(item.label)} />
        </div>
        <div class="review-side">
          <Facts item={item} />
          <ReviewTools item={item} />
        </div>
      </section>
      <div class="review-next" aria-hidden="true">
        <span class="quiet">{w.nextUp}</span>
        {next.map(({ id, ink }) => (
          <span key={id} class="review-next-ink">
            <InkCanvas ink={ink} />
          </span>
        ))}
      </div>
      <p class="hint review-keys">{w.keys}</p>
    </>
  );
}
