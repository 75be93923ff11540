/** One's own drawings: counts by fate, and a tile for each. */

import {
  CheckIcon,
  ClockIcon,
  CrossIcon,
  ExamIcon,
  QuestionIcon,
  UnsentIcon,
} from "../shared/icons";
import { InkCanvas, StrokesPicture } from "../shared/ink";
import type { Drawing, Fate, MineCounts } from "../shared/shapes";
import { words } from "../shared/words";
import { learnedSentences } from "./answer-words";
import { loadMine, loadMoreOfMine } from "./mine-actions";
import type { Waiting } from "./outbox/waiting";
import { isPrivacyOpen, mine, openedId, unsent } from "./state";
import { drawWords } from "./words";

const SIGNS: Record<Fate | "unsent", () => preact.JSX.Element> = {
  learned: CheckIcon,
  waiting: ClockIcon,
  exam: ExamIcon,
  checking: QuestionIcon,
  rejected: CrossIcon,
  deleted: CrossIcon,
  unsent: UnsentIcon,
};

export function FateSign({ fate }: { fate: Fate | "unsent" }) {
  const Sign = SIGNS[fate];
  return (
    <span class={`fate-sign is-${fate}`}>
      <Sign />
    </span>
  );
}

function fateWords(drawing: Drawing): string {
  const { fate, learned_version } = drawing;
  if (fate === "learned" && learned_version !== null) {
    return drawWords.value.fateInVersion(learned_version);
  }
  return words.value.fate(fate);
}

function Tile({ drawing }: { drawing: Drawing }) {
  const { id, label, fate, ink } = drawing;
  return (
    <li>
      <button
        type="button"
        class="tile"
        data-fate={fate}
        aria-label={drawWords.value.tile(label, fateWords(drawing))}
        aria-haspopup="dialog"
        onClick={() => (openedId.value = id)}
      >
        <InkCanvas ink={ink} />
        <span class="tile-foot" aria-hidden="true">
          <span class="tile-label">{label}</span>
          <FateSign fate={fate} />
        </span>
      </button>
    </li>
  );
}

function UnsentTile({ waiting }: { waiting: Waiting }) {
  const { label, content } = waiting;
  return (
    <li>
      <div
        class="tile is-unsent"
        data-fate="unsent"
        role="img"
        aria-label={drawWords.value.tile(label, drawWords.value.unsent)}
        title={drawWords.value.unsentExplained}
      >
        {content.kind === "strokes" ? (
          <StrokesPicture drawn={content.drawn} />
        ) : (
          <span class="strokes-picture" />
        )}
        <span class="tile-foot" aria-hidden="true">
          <span class="tile-label">{label}</span>
          <FateSign fate="unsent" />
        </span>
      </div>
    </li>
  );
}

function Counts({ counts }: { counts: MineCounts }) {
  const w = drawWords.value;
  const { total, learned, live_version, waiting, exam, checking } = counts;
  const inVersion =
    live_version === null ? w.nLearned(learned) : w.inVersion(learned, live_version);
  const parts = [
    { fate: "learned", n: learned, text: inVersion },
    { fate: "waiting", n: waiting, text: w.nWait(waiting) },
    { fate: "exam", n: exam, text: w.nExam(exam) },
    { fate: "checking", n: checking, text: w.nChecking(checking) },
    { fate: "unsent", n: unsent.value.length, text: w.nUnsent(unsent.value.length) },
  ] as const;
  return (
    <p class="counts" id="counts">
      <strong id="n-drawings">{w.nDrawings(total)}</strong>
      {parts
        .filter(({ n }) => n > 0)
        .map(({ fate, text }) => (
          <span key={fate} class="count" id={`count-${fate}`}>
            <FateSign fate={fate} />
            {text}
          </span>
        ))}
    </p>
  );
}

const NO_COUNTS: MineCounts = {
  total: 0,
  learned: 0,
  waiting: 0,
  exam: 0,
  checking: 0,
  live_version: null,
};

function Tiles() {
  const w = drawWords.value;
  const view = mine.value;
  const waiting = [...unsent.value].reverse();
  const items = view.kind === "ready" ? view.items : [];
  const stored = new Set(items.map(({ id }) => id));
  const notStored = waiting.filter(({ id }) => !stored.has(id));
  if (items.length + notStored.length === 0) {
    if (view.kind === "failed") {
      return (
        <p class="quiet">
          {w.mineAway}{" "}
          <button type="button" class="quiet-button" onClick={() => void loadMine()}>
            {words.value.tryAgain}
          </button>
        </p>
      );
    }
    return <p class="quiet">{view.kind === "ready" ? w.noneYet : ""}</p>;
  }
  return (
    <ul class="tiles" id="tiles">
      {notStored.map((one) => (
        <UnsentTile key={one.id} waiting={one} />
      ))}
      {items.map((drawing) => (
        <Tile key={drawing.id} drawing={drawing} />
      ))}
    </ul>
  );
}

export function MyDrawings() {
  const w = drawWords.value;
  const view = mine.value;
  return (
    <section class="my-drawings" aria-labelledby="my-drawings-title">
      <header class="my-drawings-header">
        <h2 id="my-drawings-title">{w.yourDrawings}</h2>
        <Counts counts={view.kind === "ready" ? view.counts : NO_COUNTS} />
        <button
          type="button"
          id="privacy"
          class="quiet-button"
          aria-haspopup="dialog"
          onClick={() => (isPrivacyOpen.value = true)}
        >
          {w.yourData}
        </button>
        {learnedSentences.value.length > 0 && (
          <p class="learned-line" id="learned">
            {learnedSentences.value.join(words.value.gap)}
          </p>
        )}
      </header>
      <Tiles />
      {view.kind === "ready" && view.next !== null && (
        <button
          type="button"
          id="show-more"
          class="plain-button"
          onClick={() => void loadMoreOfMine()}
        >
          {words.value.showMore}
        </button>
      )}
    </section>
  );
}
