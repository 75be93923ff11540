/** The filters of the gallery, with the count of each choice. */

import {
  CHOICE_NAMES,
  CHOICES,
  PRESETS,
  SORTS,
  TYPED_NAMES,
  type ChoiceName,
  type Sort,
  type TypedName,
} from "./query";
import { askedQuery, listKey, setFilter, setQuery, setSort, summary } from "./state";
import { drawingsWords } from "./words";

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
