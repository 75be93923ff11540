/** The filters of the gallery: a field for each, with what every choice would find. */

import { drawings_words } from "./words";
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
import { asked_query, list_key, setFilter, setQuery, setSort, summary } from "./state";

function ChoiceField({ name }: { name: ChoiceName }) {
  const w = drawings_words.value;
  const value = asked_query.value.filters[name] ?? "";
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
              {n === undefined ? text : w.with_count(text, n)}
            </option>
          );
        })}
      </select>
    </label>
  );
}

function TypedField({ name }: { name: TypedName }) {
  const value = asked_query.value.filters[name] ?? "";
  const shared = {
    id: `filter-${name}`,
    value,
    autocomplete: "off",
    onChange: (event: { currentTarget: HTMLInputElement }) =>
      setFilter(name, event.currentTarget.value.trim()),
  };
  return (
    <label class={value === "" ? "filter" : "filter is-set"}>
      <span>{drawings_words.value[name]}</span>
      {name === "since" || name === "until" ? (
        <input type="date" {...shared} />
      ) : (
        <input type="text" {...shared} />
      )}
    </label>
  );
}

function Presets() {
  const w = drawings_words.value;
  return (
    <div class="presets" role="group" aria-label={w.presets}>
      {(Object.keys(PRESETS) as (keyof typeof PRESETS)[]).map((name) => (
        <button
          key={name}
          type="button"
          class="preset"
          id={`preset-${name}`}
          aria-pressed={list_key.value === PRESETS[name]}
          onClick={() => setQuery(list_key.value === PRESETS[name] ? "" : PRESETS[name])}
        >
          {w[name]}
        </button>
      ))}
    </div>
  );
}

export function Filters() {
  const w = drawings_words.value;
  const { sort, filters } = asked_query.value;
  const n_set = Object.keys(filters).length;
  return (
    <div class="filter-bar">
      <Presets />
      <details class="filter-details" open={matchMedia("(min-width: 720px)").matches}>
        <summary id="filters-summary">
          {w.filters}
          {n_set > 0 && ` · ${n_set}`}
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
                  {w.sort_name(one)}
                </option>
              ))}
            </select>
          </label>
          {list_key.value !== "" && (
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
