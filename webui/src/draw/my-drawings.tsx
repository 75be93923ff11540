/** One's own drawings: counts by fate, a tile for each, and a dialog for one of them. */

import { Dialog } from "../shared/dialog";
import { agoOf, versionList, whenOf } from "../shared/formats";
import {
  CheckIcon,
  ClockIcon,
  CrossIcon,
  ExamIcon,
  QuestionIcon,
  UnsentIcon,
} from "../shared/icons";
import { InkCanvas, StrokesPicture } from "../shared/ink";
import { languageTag } from "../shared/language";
import { DIGITS, type Drawing, type Fate, type MineCounts } from "../shared/shapes";
import { words } from "../shared/words";
import { learnedSentences } from "./answer";
import { confirmLabel, loadMine, loadMoreOfMine, relabel, remove } from "./mine-actions";
import type { Waiting } from "./outbox";
import { championVersion, isPrivacyOpen, mine, openedId, stats, unsent } from "./state";
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

function FateSign({ fate }: { fate: Fate | "unsent" }) {
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

function fateSentence({ fate, learned_version, versions }: Drawing): string {
  const w = drawWords.value;
  const next = stats.value?.next_run_at ?? null;
  switch (fate) {
    case "learned": {
      const live = championVersion.value;
      if (live !== null && !versions.includes(live) && learned_version !== live) {
        return w.fateLearnedEarlier(learned_version ?? Math.max(...versions));
      }
      return w.fateLearned(learned_version ?? live ?? 0);
    }
    case "waiting":
      return w.fateWaiting(next === null ? null : whenOf(next, new Date(), languageTag.value));
    case "exam":
      return w.fateExam;
    case "checking":
      return w.fateChecking;
    case "rejected":
      return w.fateRejected;
    case "deleted":
      return w.deleted(0);
  }
}

function Facts({ drawing }: { drawing: Drawing }) {
  const w = drawWords.value;
  const { created_at, prediction, versions, fate } = drawing;
  return (
    <div class="sheet-facts">
      <p class="sheet-fate">
        <FateSign fate={fate} />
        <span>{fateSentence(drawing)}</span>
      </p>
      {fate !== "exam" && (
        <p>
          {versions.length === 0
            ? w.learnedByNone
            : w.learnedBy(versionList(versions, languageTag.value), versions.length)}
        </p>
      )}
      {prediction !== null && <p>{w.wasReadAs(prediction.label, prediction.model_version)}</p>}
      <p class="quiet">{w.drawn(agoOf(created_at, new Date(), languageTag.value))}</p>
    </div>
  );
}

function Really({ drawing }: { drawing: Drawing }) {
  const w = drawWords.value;
  return (
    <div class="really">
      <p>{w.really(drawing.label)}</p>
      <button
        type="button"
        id="confirm-label"
        class="primary-button"
        onClick={() => void confirmLabel(drawing)}
      >
        {w.reallyYes(drawing.label)}
      </button>
    </div>
  );
}

function Relabel({ drawing }: { drawing: Drawing }) {
  const w = drawWords.value;
  return (
    <div class="relabel">
      <p id="relabel-title">{w.changeLabel}</p>
      <div class="relabel-keys" role="group" aria-labelledby="relabel-title">
        {DIGITS.map((digit) => (
          <button
            key={digit}
            type="button"
            class="digit-key"
            aria-label={w.digitKey(digit)}
            aria-pressed={digit === drawing.label}
            onClick={() => {
              if (digit !== drawing.label) void relabel(drawing, digit);
            }}
          >
            {digit}
          </button>
        ))}
      </div>
    </div>
  );
}

export function DrawingSheet() {
  const view = mine.value;
  const drawing =
    view.kind === "ready" ? view.items.find(({ id }) => id === openedId.value) : undefined;
  if (drawing === undefined) return null;
  const w = drawWords.value;
  return (
    <Dialog title={w.yourDigit(drawing.label)} onClose={() => (openedId.value = null)}>
      <div class="sheet" id="drawing-sheet">
        <div class="sheet-ink">
          <InkCanvas ink={drawing.ink} />
        </div>
        <Facts drawing={drawing} />
      </div>
      {drawing.fate === "checking" && <Really drawing={drawing} />}
      <Relabel drawing={drawing} />
      <button
        type="button"
        id="delete-drawing"
        class="danger-button"
        onClick={() => void remove(drawing)}
      >
        {w.delete}
      </button>
    </Dialog>
  );
}
