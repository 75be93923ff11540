/** Twenty drawings at once; each keeps its place and shows its decision. */

import { CheckIcon, CrossIcon } from "../../shared/icons";
import { InkCanvas } from "../../shared/ink";
import { LabelSign } from "../shared/wall";
import { accept, acceptRest, queue } from "./actions";
import { decidedOf, openOnes, type ReviewItem } from "./queue";
import { decidedWords, ReviewTools, whySentence } from "./tools";
import { reviewWords } from "./words";

interface TileProps {
  item: ReviewItem;
  isCurrent: boolean;
  onCurrent: (id: string) => void;
}

function Tile({ item, isCurrent, onCurrent }: TileProps) {
  const w = reviewWords.value;
  const decision = decidedOf(queue.value, item.id);
  const isOpen = decision === undefined;
  const readAs = item.read?.label ?? null;
  const kind = decision === undefined ? `is-${item.why}` : `is-done is-${decision.decision}`;
  const words =
    decision === undefined ? w.tile(item.label, whySentence(item)) : decidedWords(decision);
  return (
    <li>
      <button
        type="button"
        class={`review-tile ${kind}`}
        data-id={item.id}
        aria-current={isCurrent ? "true" : undefined}
        tabIndex={isCurrent ? 0 : -1}
        title={words}
        onFocus={() => onCurrent(item.id)}
        onClick={(event) => {
          // A mouse click selects the tile, Enter accepts it.
          if (event.detail === 0 && decision === undefined) accept(item);
          else onCurrent(item.id);
        }}
      >
        <span class="visually-hidden">{words}</span>
        <InkCanvas ink={item.ink} />
        <span class="tile-line" aria-hidden="true">
          <LabelSign label={decision?.label ?? item.label} other={isOpen ? readAs : null} />
          {decision?.decision === "reject" && <CrossIcon />}
          {decision !== undefined && decision.decision !== "reject" && <CheckIcon />}
        </span>
      </button>
    </li>
  );
}

interface GridProps {
  current: ReviewItem | null;
  onCurrent: (id: string) => void;
}

export function ReviewGrid({ current, onCurrent }: GridProps) {
  const w = reviewWords.value;
  const open = openOnes(queue.value);
  return (
    <>
      <p class="review-why" id="review-why">
        {current === null ? "" : w.tile(current.label, whySentence(current))}
      </p>
      <ul class="review-grid" id="review-grid" aria-label={w.tiles}>
        {queue.value.page.map((item) => (
          <Tile
            key={item.id}
            item={item}
            isCurrent={item.id === current?.id}
            onCurrent={onCurrent}
          />
        ))}
      </ul>
      <div class="card review-bar">
        <ReviewTools item={current} />
        <button
          type="button"
          id="review-accept-rest"
          class="plain-button"
          disabled={open.length === 0}
          onClick={acceptRest}
        >
          <CheckIcon />
          {w.acceptRest(open.length)}
          <kbd aria-hidden="true">⇧↵</kbd>
        </button>
      </div>
      <p class="hint review-keys">{w.gridKeys}</p>
    </>
  );
}
