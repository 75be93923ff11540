/** One drawing: replay, labels, versions that learned from it, and what each version reads. */

import { useCallback, useEffect } from "preact/hooks";
import { Dialog } from "../../shared/dialog";
import { agoOf, sureFigure } from "../../shared/formats";
import { InkCanvas } from "../../shared/ink";
import { languageTag } from "../../shared/language";
import { DIGITS } from "../../shared/shapes";
import { words } from "../../shared/words";
import { Link, Show } from "../shared/parts";
import { useLoaded } from "../shared/requests";
import { UndoToast } from "../shared/undo-toast";
import { type DrawingInFull, gallery, type GalleryDrawing } from "./calls";
import { Replay } from "./replay";
import { DoButtons, LabelKeys, readSentence } from "./selection-bar";
import { change, close, items, nChanges, open, openedId, remove, undo } from "./state";
import { drawingsWords } from "./words";

/** The drawing before (-1) or after (1) this one on the wall. */
function neighbour(id: string, step: number): string | null {
  const place = items.value.findIndex((one) => one.id === id);
  return place < 0 ? null : (items.value[place + step]?.id ?? null);
}

/** The keys of the gallery, for the one drawing that is open. */
function useKeys(drawing: GalleryDrawing | null): void {
  useEffect(() => {
    if (drawing === null) return;
    const shown = drawing;
    function onKeyDown(event: KeyboardEvent): void {
      const isWriting = event.target instanceof HTMLInputElement;
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isWriting) return;
      const digit = DIGITS.find((one) => String(one) === event.key);
      const next = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (digit !== undefined) void change([shown], "relabel", digit);
      else if (next !== undefined) open(neighbour(shown.id, next) ?? shown.id);
      else if (event.key === "a") void change([shown], "accept", null);
      else if (event.key === "x") void change([shown], "reject", null);
      else if (event.key === "u") void undo();
      else if (event.key === "Delete") remove([shown]);
      else return;
      event.preventDefault();
    }
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [drawing]);
}

const moment = (iso: string) => words.value.ago(agoOf(iso, new Date(), languageTag.value));

function Picture({ drawing }: { drawing: DrawingInFull }) {
  const w = drawingsWords.value;
  const { strokes, width, height, ink } = drawing;
  return (
    <div class="sheet-pictures">
      {strokes === null || width === null || height === null ? (
        <p class="quiet">{w.noStrokes}</p>
      ) : (
        <Replay strokes={strokes} width={width} height={height} />
      )}
      <figure class="sheet-ink">
        <InkCanvas ink={ink} />
        <figcaption class="hint">{w.ink}</figcaption>
      </figure>
    </div>
  );
}

function Facts({ drawing }: { drawing: GalleryDrawing }) {
  const w = drawingsWords.value;
  const { status, split, source, contributor, created_at } = drawing;
  return (
    <div class="sheet-facts">
      <p>{readSentence(drawing)}</p>
      <p>
        {w.choice(status)} · {w.choice(split)} · {w.choice(source)} · {moment(created_at)}
      </p>
      <p>
        {w.by} <code>{contributor.slice(0, 12)}</code> ·{" "}
        <Link view="drawings" query={new URLSearchParams({ contributor }).toString()}>
          {w.moreOf}
        </Link>
      </p>
    </div>
  );
}

function Record({ drawing }: { drawing: GalleryDrawing }) {
  const w = drawingsWords.value;
  const { id } = drawing;
  const load = useCallback(() => gallery.record(id), [id]);
  const loaded = useLoaded(load, `${id} ${nChanges.value}`);
  return (
    <Show loaded={loaded}>
      {({ labels, learned }) => (
        <div class="sheet-record">
          <section>
            <h3>{w.labels}</h3>
            <ol id="label-history">
              {labels.map((one, index) => (
                <li key={index}>
                  <strong>{one.label}</strong> {w.byWhom(one.by)} · {moment(one.at)}
                </li>
              ))}
            </ol>
          </section>
          <section>
            <h3>{w.learned}</h3>
            {learned.length === 0 ? (
              <p class="quiet">{w.learnedNone}</p>
            ) : (
              <ul id="learned-by">
                {learned.map((one) => (
                  <li key={one.version}>{w.learnedAs(one.version, one.label)}</li>
                ))}
              </ul>
            )}
          </section>
        </div>
      )}
    </Show>
  );
}

function Readings({ drawing }: { drawing: GalleryDrawing }) {
  const w = drawingsWords.value;
  const { id } = drawing;
  const load = useCallback(() => gallery.readings(id), [id]);
  const loaded = useLoaded(load, id);
  return (
    <section class="sheet-readings">
      <h3>{w.readings}</h3>
      <Show loaded={loaded}>
        {({ items: readings }) => (
          <ul id="readings">
            {readings.map(({ version, label, confidence, is_digit }) => (
              <li key={version} class={label === drawing.label ? "is-right" : "is-wrong"}>
                <span class="reading-version">{words.value.version(version)}</span>
                <strong>{label ?? "–"}</strong>
                <span class="reading-bar" aria-hidden="true">
                  <span style={{ transform: `scaleX(${confidence ?? 0})` }} />
                </span>
                <span class="reading-sure">
                  {confidence === null ? w.readingNone : w.readingSure(sureFigure(confidence))}
                  {is_digit === false && ` · ${w.readingNoDigit}`}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Show>
      <p class="hint">{w.readingsNote}</p>
    </section>
  );
}

/** The wall's copy if there is one, since it shows changes at once. */
function current(loaded: DrawingInFull): DrawingInFull {
  const onWall = items.value.find(({ id }) => id === loaded.id);
  return onWall === undefined ? loaded : { ...loaded, ...onWall };
}

function Shown({ loaded }: { loaded: DrawingInFull }) {
  const w = drawingsWords.value;
  const drawing = current(loaded);
  const before = neighbour(drawing.id, -1);
  const after = neighbour(drawing.id, 1);
  useKeys(drawing);
  return (
    <div class="drawing-sheet" id="drawing-sheet">
      <p class="sheet-title">
        <strong id="sheet-label">{drawing.label}</strong>
        <span>
          <button
            type="button"
            class="quiet-button"
            disabled={before === null}
            onClick={() => before !== null && open(before)}
          >
            ← {w.previous}
          </button>
          <button
            type="button"
            class="quiet-button"
            disabled={after === null}
            onClick={() => after !== null && open(after)}
          >
            {w.next} →
          </button>
        </span>
      </p>
      <Picture key={drawing.id} drawing={drawing} />
      <Facts drawing={drawing} />
      <LabelKeys which={[drawing]} />
      <div class="button-row">
        <DoButtons which={[drawing]} />
      </div>
      <Record drawing={drawing} />
      <Readings drawing={drawing} />
    </div>
  );
}

export function Sheet() {
  const id = openedId.value;
  const load = useCallback(() => gallery.drawing(id), [id]);
  if (id === "") return null;
  return <SheetOf key="sheet" id={id} load={load} />;
}

function SheetOf({ id, load }: { id: string; load: () => Promise<DrawingInFull> }) {
  const loaded = useLoaded(load, id);
  return (
    <Dialog title={drawingsWords.value.leadCounting} onClose={close}>
      <Show loaded={loaded}>{(drawing) => <Shown loaded={drawing} />}</Show>
      {/* a modal dialog lies above everything that is not in it */}
      <UndoToast />
    </Dialog>
  );
}
