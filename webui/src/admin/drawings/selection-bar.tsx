/** What can be done to the chosen drawings; it sticks below while there is something to do. */

import { DIGITS } from "../../shared/shapes";
import { sureFigure, versionList } from "../../shared/figures";
import { drawings_words } from "./words";
import { languageTag } from "../../shared/language";
import { agoOf } from "../../shared/when";
import { Confirm } from "../shared/parts";
import type { GalleryDrawing } from "./calls";
import { asked, change, chosen, items, open, remove, selection } from "./state";
import { chooseAll, NOTHING } from "./selection";
import { words } from "../../shared/words";

export function readSentence({ prediction, confidence }: GalleryDrawing): string {
  const w = drawings_words.value;
  if (prediction === null) return w.not_read;
  const sure = confidence === null ? null : sureFigure(confidence);
  return w.read_by(prediction.model_version, prediction.label, sure);
}

function Facts({ drawing }: { drawing: GalleryDrawing }) {
  const w = drawings_words.value;
  const ago = words.value.ago(agoOf(drawing.created_at, new Date(), languageTag.value));
  return (
    <p class="selection-facts">
      <strong>{drawing.label}</strong> {readSentence(drawing)} {w.choice(drawing.status)} · {ago}
    </p>
  );
}

export function LabelKeys({ which }: { which: readonly GalleryDrawing[] }) {
  const w = drawings_words.value;
  return (
    <div class="label-keys" role="group" aria-label={w.label_as}>
      {DIGITS.map((digit) => (
        <button
          key={digit}
          type="button"
          aria-label={w.label_key(digit)}
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
  const w = drawings_words.value;
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
  const w = drawings_words.value;
  const which = chosen();
  const only = which.length === 1 ? which[0] : undefined;
  if (which.length === 0) return null;
  const n_chosen = selection.value.chosen.size;
  return (
    <section class="selection-bar" id="selection-bar" aria-label={w.chosen(which.length)}>
      <div class="selection-top">
        <p id="n-chosen" role="status">
          {n_chosen === 0 ? w.one_active : w.chosen(n_chosen)}
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
          {w.choose_all}
        </button>
        <button type="button" class="quiet-button" onClick={() => (selection.value = NOTHING)}>
          {w.let_go}
        </button>
      </div>
    </section>
  );
}

export function ConfirmDelete() {
  const w = drawings_words.value;
  const which = asked.value;
  if (which === null) return null;
  const versions = [...new Set(which.flatMap((one) => one.versions))];
  return (
    <Confirm
      title={w.delete_title(which.length)}
      action={w.delete}
      onClose={() => (asked.value = null)}
      onConfirm={() => {
        asked.value = null;
        void change(which, "delete", null);
      }}
    >
      <p>
        {versions.length === 0 ? w.delete_none : w.delete_learned(versions.length, which.length)}
        {versions.length > 0 && ` (${versionList(versions, languageTag.value)})`}
      </p>
      <p>{w.delete_gone}</p>
    </Confirm>
  );
}
