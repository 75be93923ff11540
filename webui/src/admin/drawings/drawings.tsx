/** Drawings: all collected drawings, to filter, relabel, review and delete. */

import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { words } from "../../shared/words";
import { Link } from "../shared/parts";
import { UndoToast } from "../shared/undo-toast";
import { adminWords } from "../words";
import { Filters } from "./filters";
import { ConfirmDelete, SelectionBar } from "./selection-bar";
import { Sheet } from "./sheet";
import { items, listKey, load, loading, openedId, summary, tryAgain } from "./state";
import { Wall } from "./wall";
import { drawingsWords } from "./words";
import "./styles.css";

const SORT = /(^|&)sort=\w+/;

function leadSentence(): string {
  const w = drawingsWords.value;
  const counted = summary.value;
  if (counted === null) return w.leadCounting;
  if (listKey.value.replace(SORT, "") === "") return w.leadAll(counted.n);
  return w.leadFit(counted.n, counted.is_exact);
}

/** What follows the last tile: loading, an error, or the end. */
function Ending() {
  const w = drawingsWords.value;
  const state = loading.value;
  const n = items.value.length;
  switch (state.kind) {
    case "loading":
      return <p class="quiet wall-ending">{n === 0 ? adminWords.value.loading : w.loadingMore}</p>;
    case "failed":
      return (
        <div class="failed" role="alert">
          <p>
            <strong>{n === 0 ? adminWords.value.cannotLoad : w.moreFailed}</strong>
          </p>
          <p>{state.message}</p>
          <button type="button" class="plain-button" onClick={() => void tryAgain()}>
            {words.value.tryAgain}
          </button>
        </div>
      );
    case "ready":
      if (n === 0) {
        return <p class="quiet">{listKey.value === "" ? w.noneAtAll : w.none}</p>;
      }
      return (
        <p class="quiet wall-ending">
          {state.next === null ? w.end : w.loadingMore} {state.isCapped && w.capped}
        </p>
      );
  }
}

export default function DrawingsPage(): VNode {
  const w = drawingsWords.value;
  const key = listKey.value;
  useEffect(() => {
    void load();
  }, [key]);
  return (
    <>
      <div class="lead">
        <h1 id="lead">{leadSentence()}</h1>
        {items.value.length > 0 && (
          <p>
            <Link view="data" query={key.replace(SORT, "")} id="export-these">
              {w.exportThese}
            </Link>
          </p>
        )}
      </div>
      <Filters />
      <p class="visually-hidden" id="wall-keys">
        {w.wallKeys}
      </p>
      {items.value.length > 0 && <Wall />}
      <Ending />
      <SelectionBar />
      <Sheet />
      <ConfirmDelete />
      {openedId.value === "" && <UndoToast />}
    </>
  );
}
