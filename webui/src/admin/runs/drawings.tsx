/** The drawings that a run learned from, as a wall that loads page by page. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { DIGITS } from "../../shared/shapes";
import { InkCanvas } from "../../shared/ink";
import "../drawings/styles.css";
import { Card, Link } from "../shared/parts";
import { ROW_PX, TILE_PX, useInSight } from "../shared/use-in-sight";
import { errorSentence, query, route, stay } from "../state";
import {
  type RunCounts,
  type RunDrawing,
  type RunDrawingsFilter,
  type RunInFull,
  runs_api,
} from "./calls";
import { runs_words } from "./words";
import { adminWords } from "../words";
import { words } from "../../shared/words";

type WallState =
  | { kind: "loading" }
  | { kind: "ready"; next: string | null }
  | { kind: "failed"; message: string; next: string | null };

interface Shown {
  state: WallState;
  items: readonly RunDrawing[];
  counts: RunCounts | null;
}

interface RunDrawingsHook extends Shown {
  loadMore: () => void;
  tryAgain: () => void;
}

const NOTHING: Shown = { state: { kind: "loading" }, items: [], counts: null };

function useRunDrawings(id: number, { kind, label }: RunDrawingsFilter): RunDrawingsHook {
  const [shown, setShown] = useState<Shown>(NOTHING);
  const round = useRef(0);

  const loadPage = useCallback(
    async (after: string | null, mine: number): Promise<void> => {
      try {
        const page = await runs_api.drawings(id, { kind, label }, after);
        if (mine !== round.current) return;
        setShown((before) => ({
          state: { kind: "ready", next: page.next },
          items: after === null ? page.items : [...before.items, ...page.items],
          counts: page.counts ?? before.counts,
        }));
      } catch (error) {
        if (mine !== round.current) return;
        const message = errorSentence(error, adminWords.value.no_connection);
        setShown((before) => ({ ...before, state: { kind: "failed", message, next: after } }));
      }
    },
    [id, kind, label],
  );

  useEffect(() => {
    const mine = ++round.current;
    // The figures stay in their place while the tiles of another choice come.
    setShown((before) => ({ ...NOTHING, counts: before.counts }));
    void loadPage(null, mine);
  }, [loadPage]);

  const goOn = useCallback(
    (next: string | null) => {
      setShown((before) => ({ ...before, state: { kind: "loading" } }));
      void loadPage(next, round.current);
    },
    [loadPage],
  );

  const { state } = shown;
  return {
    ...shown,
    loadMore: () => {
      if (state.kind === "ready" && state.next !== null) goOn(state.next);
    },
    tryAgain: () => {
      if (state.kind === "failed") goOn(state.next);
    },
  };
}

const ROWS_AHEAD = 12; // so far before the end the next page is asked for

function Tile({ drawing, place }: { drawing: RunDrawing; place: number }) {
  const w = runs_words.value;
  const { id, ink, label, learned_label, is_new, status } = drawing;
  const is_changed = label !== learned_label;
  const said = w.tile(learned_label, is_new) + (is_changed ? w.now_labelled(label) : "");
  return (
    <div role="listitem" aria-posinset={place + 1} aria-setsize={-1}>
      <Link view="drawings" part={id} class={`wall-tile is-${status}`}>
        <InkCanvas ink={ink} />
        <span class="visually-hidden">{said}</span>
        <span class="wall-label" aria-hidden="true">
          {learned_label}
          {is_changed && <span class="wall-read">{label}</span>}
        </span>
      </Link>
    </div>
  );
}

interface RunWallProps {
  items: readonly RunDrawing[];
  onNearEnd: () => void;
}

function RunWall({ items, onNearEnd }: RunWallProps) {
  const [wall, { columns, first_row, n_rows }] = useInSight();
  const n_all_rows = Math.ceil(items.length / columns);
  const first = Math.min(first_row, Math.max(0, n_all_rows - 1)) * columns;
  const is_near_end = first_row + n_rows + ROWS_AHEAD >= n_all_rows;
  useEffect(() => {
    if (is_near_end) onNearEnd();
  }, [is_near_end, onNearEnd]);
  return (
    <div
      ref={wall}
      id="run-wall"
      class="wall"
      role="list"
      aria-label={runs_words.value.wall}
      style={{ height: `${n_all_rows * ROW_PX}px` }}
    >
      <div
        class="wall-rows"
        role="presentation"
        style={{
          transform: `translateY(${(first / columns) * ROW_PX}px)`,
          gridTemplateColumns: `repeat(${columns}, ${TILE_PX}px)`,
        }}
      >
        {items.slice(first, first + n_rows * columns).map((drawing, index) => (
          <Tile key={drawing.id} drawing={drawing} place={first + index} />
        ))}
      </div>
    </div>
  );
}

const KINDS = ["new", "older"] as const;

function filterOf(text: string): RunDrawingsFilter {
  const asked = new URLSearchParams(text);
  const label = asked.get("label") ?? "";
  return {
    kind: KINDS.find((one) => one === asked.get("kind")) ?? null,
    label: /^[0-9]$/.test(label) ? label : null,
  };
}

function setFilter(filter: RunDrawingsFilter): void {
  if (route.value.kind !== "view") return;
  const wanted = new URLSearchParams();
  if (filter.kind !== null) wanted.set("kind", filter.kind);
  if (filter.label !== null) wanted.set("label", filter.label);
  stay("runs", route.value.part, wanted.toString(), "replace");
}

function total(counts: RunCounts, kind: string | null, label: string | null): number {
  const sum = (figures: readonly number[]) =>
    label === null ? figures.reduce((a, b) => a + b, 0) : (figures[Number(label)] ?? 0);
  return (kind === "older" ? 0 : sum(counts.new)) + (kind === "new" ? 0 : sum(counts.older));
}

interface ChoicesProps {
  counts: RunCounts;
  filter: RunDrawingsFilter;
}

interface ChoiceProps {
  is_on: boolean;
  n: number;
  name: string;
  wanted: RunDrawingsFilter;
}

function Choice({ is_on, n, name, wanted }: ChoiceProps) {
  return (
    <button type="button" class="preset" aria-pressed={is_on} onClick={() => setFilter(wanted)}>
      {name} <span class="quiet">{n}</span>
    </button>
  );
}

function Choices({ counts, filter }: ChoicesProps) {
  const w = runs_words.value;
  const { kind, label } = filter;
  const names = { all: w.kind_all, new: w.kind_new, older: w.kind_older };
  return (
    <div class="run-choices">
      <div class="presets" role="group" aria-label={w.kinds} id="run-kinds">
        {[null, ...KINDS].map((one) => (
          <Choice
            key={one ?? "all"}
            is_on={kind === one}
            n={total(counts, one, label)}
            name={names[one ?? "all"]}
            wanted={{ kind: one, label }}
          />
        ))}
      </div>
      <div class="presets" role="group" aria-label={w.labels} id="run-labels">
        {DIGITS.map((digit) => {
          const is_on = label === String(digit);
          return (
            <Choice
              key={digit}
              is_on={is_on}
              n={total(counts, kind, String(digit))}
              name={String(digit)}
              wanted={{ kind, label: is_on ? null : String(digit) }}
            />
          );
        })}
      </div>
    </div>
  );
}

export function RunDrawingsCard({ run }: { run: RunInFull }) {
  const w = runs_words.value;
  const filter = filterOf(query.value);
  const { state, items, counts, loadMore, tryAgain } = useRunDrawings(run.id, filter);
  const n_new = run.n_new ?? 0;
  const n_drawings = run.n_drawings ?? 0;
  if (n_drawings === 0) {
    return (
      <Card id="run-drawings" title={w.drawings}>
        <p class="quiet">{w.drawings_none}</p>
      </Card>
    );
  }
  return (
    <Card id="run-drawings" title={w.drawings}>
      <p class="run-drawings-lead">{w.drawings_lead(n_new, n_drawings - n_new)}</p>
      {counts !== null && <Choices counts={counts} filter={filter} />}
      {counts !== null && counts.n_deleted > 0 && (
        <p class="quiet">{w.n_deleted(counts.n_deleted)}</p>
      )}
      {items.length > 0 && <RunWall items={items} onNearEnd={loadMore} />}
      {state.kind === "loading" && (
        <p class="quiet">{items.length === 0 ? adminWords.value.loading : w.more}</p>
      )}
      {state.kind === "ready" && items.length === 0 && <p class="quiet">{w.drawings_none_fit}</p>}
      {state.kind === "failed" && (
        <div class="failed" role="alert">
          <p>
            <strong>{w.more_failed}</strong> {state.message}
          </p>
          <button type="button" class="plain-button" onClick={tryAgain}>
            {words.value.try_again}
          </button>
        </div>
      )}
    </Card>
  );
}
