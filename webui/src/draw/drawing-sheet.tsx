/** One of one's own drawings: its fate, the versions that learned from it, relabel, delete. */

import { Dialog } from "../shared/dialog";
import { versionList } from "../shared/figures";
import { InkCanvas } from "../shared/ink";
import { languageTag } from "../shared/language";
import { DIGITS, type Drawing } from "../shared/shapes";
import { agoOf, whenOf } from "../shared/when";
import { confirmLabel, relabel, remove } from "./mine-actions";
import { FateSign } from "./my-drawings";
import { championVersion, mine, openedId, stats } from "./state";
import { drawWords } from "./words";

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
