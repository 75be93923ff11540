/** Drawings: everything that was collected, to look through, filter, relabel and clear up. */

import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { drawings_words } from "./words";
import { Link } from "../shared/parts";
import { UndoToast } from "../shared/undo-toast";
import { Filters } from "./filters";
import { items, list_key, load, loading, opened_id, summary, tryAgain } from "./state";
import { ConfirmDelete, SelectionBar } from "./selection-bar";
import { Sheet } from "./sheet";
import { Wall } from "./wall";
import "./styles.css";
import { adminWords } from "../words";
import { words } from "../../shared/words";

const SORT = /(^|&)sort=\w+/;

function leadSentence(): string {
  const w = drawings_words.value;
  const counted = summary.value;
  if (counted === null) return w.lead_counting;
  if (list_key.value.replace(SORT, "") === "") return w.lead_all(counted.n);
  return w.lead_fit(counted.n, counted.is_exact);
}

/** How the list goes on below its last tile. */
function Ending() {
  const w = drawings_words.value;
  const state = loading.value;
  const n = items.value.length;
  switch (state.kind) {
    case "loading":
      return <p class="quiet wall-ending">{n === 0 ? adminWords.value.loading : w.loading_more}</p>;
    case "failed":
      return (
        <div class="failed" role="alert">
          <p>
            <strong>{n === 0 ? adminWords.value.cannot_load : w.more_failed}</strong>
          </p>
          <p>{state.message}</p>
          <button type="button" class="plain-button" onClick={() => void tryAgain()}>
            {words.value.try_again}
          </button>
        </div>
      );
    case "ready":
      if (n === 0) {
        return <p class="quiet">{list_key.value === "" ? w.none_at_all : w.none}</p>;
      }
      return (
        <p class="quiet wall-ending">
          {state.next === null ? w.end : w.loading_more} {state.is_capped && w.capped}
        </p>
      );
  }
}

export default function DrawingsPage(): VNode {
  const w = drawings_words.value;
  const key = list_key.value;
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
              {w.export_these}
            </Link>
          </p>
        )}
      </div>
      <Filters />
      <p class="visually-hidden" id="wall-keys">
        {w.wall_keys}
      </p>
      {items.value.length > 0 && <Wall />}
      <Ending />
      <SelectionBar />
      <Sheet />
      <ConfirmDelete />
      {opened_id.value === "" && <UndoToast />}
    </>
  );
}
