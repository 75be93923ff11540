/** The drawings that a run learned from, as a wall that loads page by page. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { DIGITS } from "../../shared/shapes";
import { words } from "../../shared/words";
import { Card, Link } from "../shared/parts";
import { TileFace, useWall, WallRows } from "../shared/wall";
import { errorSentence, query, route, stay } from "../state";
import { adminWords } from "../words";
import {
  type RunCounts,
  type RunDrawing,
  type RunDrawingsFilter,
  type RunInFull,
  runsApi,
} from "./calls";
import { runsWords } from "./words";

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
        const page = await runsApi.drawings(id, { kind, label }, after);
        if (mine !== round.current) return;
        setShown((before) => ({
          state: { kind: "ready", next: page.next },
          items: after === null ? page.items : [...before.items, ...page.items],
          counts: page.counts ?? before.counts,
        }));
      } catch (error) {
        if (mine !== round.current) return;
        const message = errorSentence(error, adminWords.value.noConnection);
        setShown((before) => ({ ...before, state: { kind: "failed", message, next: after } }));
      }
    },
    [id, kind, label],
  );

  useEffect(() => {
    const mine = ++round.current;
    // Keep the counts while the tiles of another choice are loaded.
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

function Tile({ drawing, place }: { drawing: RunDrawing; place: number }) {
  const w = runsWords.value;
  const { id, ink, label, learned_label, is_new, status } = drawing;
  const said =
    w.tile(learned_label, is_new) + (label === learned_label ? "" : w.nowLabelled(label));
  return (
    <div role="listitem" aria-posinset={place + 1} aria-setsize={-1}>
      <Link view="drawings" part={id} class={`wall-tile is-${status}`}>
        <span class="visually-hidden">{said}</span>
        <TileFace ink={ink} label={learned_label} other={label} status={status} />
      </Link>
    </div>
  );
}

interface RunWallProps {
  items: readonly RunDrawing[];
  onNearEnd: () => void;
}

function RunWall({ items, onNearEnd }: RunWallProps) {
  const inSight = useWall(items.length);
  const { wall, first, end, heightPx, isNearEnd } = inSight;
  useEffect(() => {
    if (isNearEnd) onNearEnd();
  }, [isNearEnd, onNearEnd]);
  return (
    <div
      ref={wall}
      id="run-wall"
      class="wall"
      role="list"
      aria-label={runsWords.value.wall}
      style={{ height: `${heightPx}px` }}
    >
      <WallRows inSight={inSight}>
        {items.slice(first, end).map((drawing, index) => (
          <Tile key={drawing.id} drawing={drawing} place={first + index} />
        ))}
      </WallRows>
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
  isOn: boolean;
  n: number;
  name: string;
  wanted: RunDrawingsFilter;
}

function Choice({ isOn, n, name, wanted }: ChoiceProps) {
  return (
    <button type="button" class="preset" aria-pressed={isOn} onClick={() => setFilter(wanted)}>
      {name} <span class="quiet">{n}</span>
    </button>
  );
}

function Choices({ counts, filter }: ChoicesProps) {
  const w = runsWords.value;
  const { kind, label } = filter;
  const names = { all: w.kindAll, new: w.kindNew, older: w.kindOlder };
  return (
    <div class="run-choices">
      <div class="presets" role="group" aria-label={w.kinds} id="run-kinds">
        {[null, ...KINDS].map((one) => (
          <Choice
            key={one ?? "all"}
            isOn={kind === one}
            n={total(counts, one, label)}
            name={names[one ?? "all"]}
            wanted={{ kind: one, label }}
          />
        ))}
      </div>
      <div class="presets" role="group" aria-label={w.labels} id="run-labels">
        {DIGITS.map((digit) => {
          const isOn = label === String(digit);
          return (
            <Choice
              key={digit}
              isOn={isOn}
              n={total(counts, kind, String(digit))}
              name={String(digit)}
              wanted={{ kind, label: isOn ? null : String(digit) }}
            />
          );
        })}
      </div>
    </div>
  );
}

export function RunDrawingsCard({ run }: { run: RunInFull }) {
  const w = runsWords.value;
  const filter = filterOf(query.value);
  const { state, items, counts, loadMore, tryAgain } = useRunDrawings(run.id, filter);
  const nNew = run.n_new ?? 0;
  const nDrawings = run.n_drawings ?? 0;
  if (nDrawings === 0) {
    return (
      <Card id="run-drawings" title={w.drawings}>
        <p class="quiet">{w.drawingsNone}</p>
      </Card>
    );
  }
  return (
    <Card id="run-drawings" title={w.drawings}>
      <p class="run-drawings-lead">{w.drawingsLead(nNew, nDrawings - nNew)}</p>
      {counts !== null && <Choices counts={counts} filter={filter} />}
      {counts !== null && counts.n_deleted > 0 && (
        <p class="quiet">{w.nDeleted(counts.n_deleted)}</p>
      )}
      {items.length > 0 && <RunWall items={items} onNearEnd={loadMore} />}
      {state.kind === "loading" && (
        <p class="quiet">{items.length === 0 ? adminWords.value.loading : w.more}</p>
      )}
      {state.kind === "ready" && items.length === 0 && <p class="quiet">{w.drawingsNoneFit}</p>}
      {state.kind === "failed" && (
        <div class="failed" role="alert">
          <p>
            <strong>{w.moreFailed}</strong> {state.message}
          </p>
          <button type="button" class="plain-button" onClick={tryAgain}>
            {words.value.tryAgain}
          </button>
        </div>
      )}
    </Card>
  );
}
