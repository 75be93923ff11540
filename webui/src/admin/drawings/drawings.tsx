/** Drawings: all collected drawings, to filter, relabel, review and delete. */

import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { words } from "../../shared/words";
import { Link } from "../shared/parts";
import { UndoToast } from "../shared/undo-toast";
import { adminWords } from "../words";
import {
  CHOICE_NAMES,
  type ChoiceName,
  CHOICES,
  PRESETS,
  type Sort,
  SORTS,
  TYPED_NAMES,
  type TypedName,
} from "./query";
import { ConfirmDelete, SelectionBar } from "./selection-bar";
import { Sheet } from "./sheet";
import {
  askedQuery,
  items,
  listKey,
  load,
  loading,
  openedId,
  setFilter,
  setQuery,
  setSort,
  summary,
  tryAgain,
} from "./state";
import { Wall } from "./wall";
import { drawingsWords } from "./words";
import "./styles.css";

function ChoiceField({ name }: { name: ChoiceName }) {
  const w = drawingsWords.value;
  const value = askedQuery.value.filters[name] ?? "";
  const counts = summary.value?.by?.[name];
  return (
    <label class={value === "" ? "filter" : "filter is-set"}>
      <span>{w.field(name)}</span>
      <select
        id={`filter-${name}`}
        value={value}
        onChange={(event) => setFilter(name, event.currentTarget.value)}
      >
        <option value="">{w.any}</option>
        {CHOICES[name].map((choice) => {
          const n = counts?.[choice];
          const text = w.choice(choice);
          return (
            <option key={choice} value={choice}>
              {n === undefined ? text : w.withCount(text, n)}
            </option>
          );
        })}
      </select>
    </label>
  );
}

function TypedField({ name }: { name: TypedName }) {
  const value = askedQuery.value.filters[name] ?? "";
  const shared = {
    id: `filter-${name}`,
    value,
    autocomplete: "off",
    onChange: (event: { currentTarget: HTMLInputElement }) =>
      setFilter(name, event.currentTarget.value.trim()),
  };
  return (
    <label class={value === "" ? "filter" : "filter is-set"}>
      <span>{drawingsWords.value[name]}</span>
      {name === "since" || name === "until" ? (
        <input type="date" {...shared} />
      ) : (
        <input type="text" {...shared} />
      )}
    </label>
  );
}

function Presets() {
  const w = drawingsWords.value;
  return (
    <div class="presets" role="group" aria-label={w.presets}>
      {(Object.keys(PRESETS) as (keyof typeof PRESETS)[]).map((name) => (
        <button
          key={name}
          type="button"
          class="preset"
          id={`preset-${name}`}
          aria-pressed={listKey.value === PRESETS[name]}
          onClick={() => setQuery(listKey.value === PRESETS[name] ? "" : PRESETS[name])}
        >
          {w[name]}
        </button>
      ))}
    </div>
  );
}

export function Filters() {
  const w = drawingsWords.value;
  const { sort, filters } = askedQuery.value;
  const nSet = Object.keys(filters).length;
  return (
    <div class="filter-bar">
      <Presets />
      <details class="filter-details" open={matchMedia("(min-width: 720px)").matches}>
        <summary id="filters-summary">
          {w.filters}
          {nSet > 0 && ` · ${nSet}`}
        </summary>
        <div class="filters" role="group" aria-label={w.filters}>
          {CHOICE_NAMES.map((name) => (
            <ChoiceField key={name} name={name} />
          ))}
          {TYPED_NAMES.map((name) => (
            <TypedField key={name} name={name} />
          ))}
          <label class="filter">
            <span>{w.sort}</span>
            <select
              id="sort"
              value={sort}
              onChange={(event) => setSort(event.currentTarget.value as Sort)}
            >
              {SORTS.map((one) => (
                <option key={one} value={one}>
                  {w.sortName(one)}
                </option>
              ))}
            </select>
          </label>
          {listKey.value !== "" && (
            <button
              type="button"
              id="clear-filters"
              class="quiet-button"
              onClick={() => setQuery("")}
            >
              {w.clear}
            </button>
          )}
        </div>
      </details>
    </div>
  );
}

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
