/** The exact drawings that a run learned from, as a wall of ink; each leads to its own sheet. */

import { DIGITS } from "../../contract";
import { words } from "../../shared/language";
import { runs_words } from "./words";
import { query, route, stay } from "../state";
import { Card } from "../shared/parts";
import { RunWall } from "./run-wall";
import type { RunCounts, RunDrawingsFilter, RunInFull } from "./calls";
import { useRunDrawings } from "./use-run-drawings";
import "../drawings/styles.css";

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
        <p class="quiet">{items.length === 0 ? words.value.admin.loading : w.more}</p>
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
