/** Actions on the selected drawings; the bar sticks to the bottom. */

import { agoOf, sureFigure, versionList } from "../../shared/formats";
import { languageTag } from "../../shared/language";
import { DIGITS } from "../../shared/shapes";
import { words } from "../../shared/words";
import { Confirm } from "../shared/parts";
import type { GalleryDrawing } from "./calls";
import { chooseAll, NOTHING } from "./selection";
import { asked, change, chosen, items, open, remove, selection } from "./state";
import { drawingsWords } from "./words";

export function readSentence({ prediction, confidence }: GalleryDrawing): string {
  const w = drawingsWords.value;
  if (prediction === null) return w.notRead;
  const sure = confidence === null ? null : sureFigure(confidence);
  return w.readBy(prediction.model_version, prediction.label, sure);
}

function Facts({ drawing }: { drawing: GalleryDrawing }) {
  const w = drawingsWords.value;
  const ago = words.value.ago(agoOf(drawing.created_at, new Date(), languageTag.value));
  return (
    <p class="selection-facts">
      <strong>{drawing.label}</strong> {readSentence(drawing)} {w.choice(drawing.status)} · {ago}
    </p>
  );
}

export function LabelKeys({ which }: { which: readonly GalleryDrawing[] }) {
  const w = drawingsWords.value;
  return (
    <div class="label-keys" role="group" aria-label={w.labelAs}>
      {DIGITS.map((digit) => (
        <button
          key={digit}
          type="button"
          aria-label={w.labelKey(digit)}
          aria-pressed={which.length > 0 && which.every(({ label }) => label === digit)}
          onClick={() => void change(which, "relabel", digit)}
        >
          {digit}
        </button>
      ))}
    </div>
  );
}

export function DoButtons({ which }: { which: readonly GalleryDrawing[] }) {
  const w = drawingsWords.value;
  return (
    <>
      <button
        type="button"
        class="plain-button do-accept"
        onClick={() => void change(which, "accept", null)}
      >
        {w.accept} <kbd>A</kbd>
      </button>
      <button
        type="button"
        class="plain-button do-reject"
        onClick={() => void change(which, "reject", null)}
      >
        {w.reject} <kbd>X</kbd>
      </button>
      <button type="button" class="danger-button do-delete" onClick={() => remove(which)}>
        {w.delete}
      </button>
    </>
  );
}

export function SelectionBar() {
  const w = drawingsWords.value;
  const which = chosen();
  const only = which.length === 1 ? which[0] : undefined;
  if (which.length === 0) return null;
  const nChosen = selection.value.chosen.size;
  return (
    <section class="selection-bar" id="selection-bar" aria-label={w.chosen(which.length)}>
      <div class="selection-top">
        <p id="n-chosen" role="status">
          {nChosen === 0 ? w.oneActive : w.chosen(nChosen)}
        </p>
        {only !== undefined && <Facts drawing={only} />}
      </div>
      <div class="selection-do">
        <LabelKeys which={which} />
        <DoButtons which={which} />
        {only !== undefined && (
          <button type="button" class="plain-button" id="open" onClick={() => open(only.id)}>
            {w.open}
          </button>
        )}
        <button
          type="button"
          class="quiet-button"
          onClick={() => (selection.value = chooseAll(selection.value, items.value.length))}
        >
          {w.chooseAll}
        </button>
        <button type="button" class="quiet-button" onClick={() => (selection.value = NOTHING)}>
          {w.letGo}
        </button>
      </div>
    </section>
  );
}

export function ConfirmDelete() {
  const w = drawingsWords.value;
  const which = asked.value;
  if (which === null) return null;
  const versions = [...new Set(which.flatMap((one) => one.versions))];
  return (
    <Confirm
      title={w.deleteTitle(which.length)}
      action={w.delete}
      onClose={() => (asked.value = null)}
      onConfirm={() => {
        asked.value = null;
        void change(which, "delete", null);
      }}
    >
      <p>
        {versions.length === 0 ? w.deleteNone : w.deleteLearned(versions.length, which.length)}
        {versions.length > 0 && ` (${versionList(versions, languageTag.value)})`}
      </p>
      <p>{w.deleteGone}</p>
    </Confirm>
  );
}
