/** Buttons and sentences for one drawing of the queue, for the grid and for one at a time. */

import { sureFigure } from "../../shared/formats";
import { CheckIcon, CrossIcon, UndoIcon } from "../../shared/icons";
import { DIGITS } from "../../shared/shapes";
import { accept, queue, reject, relabel, undoLast } from "./actions";
import type { Decided, ReviewItem } from "./queue";
import { reviewWords } from "./words";

/** "The model reads 1, its contributor says 7." */
export function whySentence({ why, label, read }: ReviewItem): string {
  const w = reviewWords.value;
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
  const w = reviewWords.value;
  return read === null ? w.nothingRead : w.sure(sureFigure(read.probability));
}

export function decidedWords({ decision, label }: Decided): string {
  const w = reviewWords.value;
  switch (decision) {
    case "accept":
      return w.saidAccepted(label);
    case "relabel":
      return w.saidRelabelled(label);
    case "reject":
      return w.saidRejected(label);
  }
}

/** Take the focus from a clicked button: Enter is meant for the next drawing. */
function letGo(event: MouseEvent): void {
  if (event.detail > 0 && event.currentTarget instanceof HTMLElement) event.currentTarget.blur();
}

export function ReviewTools({ item }: { item: ReviewItem | null }) {
  const w = reviewWords.value;
  const off = { disabled: item === null };
  return (
    <div class="review-tools">
      <button
        type="button"
        id="review-accept"
        class="primary-button"
        {...off}
        onClick={(event) => {
          letGo(event);
          if (item !== null) accept(item);
        }}
      >
        <CheckIcon />
        {w.accept(item?.label ?? 0)}
        <kbd aria-hidden="true">↵</kbd>
      </button>
      <p class="quiet" id="review-or">
        {w.orItIs}
      </p>
      <div class="review-digits" role="group" aria-label={w.digitKeys}>
        {DIGITS.map((digit) => (
          <button
            key={digit}
            type="button"
            class={digit === item?.label ? "digit-key is-label" : "digit-key"}
            id={`review-digit-${digit}`}
            aria-label={w.digitKey(digit)}
            {...off}
            onClick={(event) => {
              letGo(event);
              if (item !== null) relabel(item, digit);
            }}
          >
            {digit}
          </button>
        ))}
      </div>
      <div class="button-row">
        <button
          type="button"
          id="review-reject"
          class="danger-button"
          {...off}
          onClick={(event) => {
            letGo(event);
            if (item !== null) reject(item);
          }}
        >
          <CrossIcon />
          {w.reject}
          <kbd aria-hidden="true">X</kbd>
        </button>
        <button
          type="button"
          id="review-undo"
          class="plain-button"
          disabled={queue.value.done.length === 0}
          onClick={(event) => {
            letGo(event);
            undoLast();
          }}
        >
          <UndoIcon />
          {w.undo}
          <kbd aria-hidden="true">U</kbd>
        </button>
      </div>
    </div>
  );
}
