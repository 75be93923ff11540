/** Overview: what is live, what was collected, what the last run did. */

import { useCallback } from "preact/hooks";
import { api } from "../api";
import { DIGITS, isOpen, type Stats } from "../contract";
import { languageTag, words } from "../i18n/language";
import { InkCanvas } from "../ink-canvas";
import { agoOf, whenOf } from "../when";
import { stats } from "./admin-state";
import { BarChart } from "./bar-chart";
import { Card, Show } from "./parts";
import { Retrain } from "./retrain";
import { RunCard } from "./run-card";
import { useLoaded } from "./use-loaded";

const N_LATEST = 60;
const STATUSES = ["accepted", "quarantined", "rejected", "deleted"] as const;
const STATUS_COLOURS: Record<(typeof STATUSES)[number], string> = {
  accepted: "var(--right)",
  quarantined: "var(--waiting)",
  rejected: "var(--wrong)",
  deleted: "var(--bar)",
};

function leadSentence({ champion, n_new, next_run_at, run }: Stats): string {
  const { admin: w, clause_gap, full_stop } = words.value;
  if (champion === null) return w.no_champion;
  const now = new Date();
  const tag = languageTag.value;
  const next = next_run_at === null ? w.lead_no_next : w.lead_next(whenOf(next_run_at, now, tag));
  const clauses = [
    w.live_since(champion.version, agoOf(champion.promoted_at, now, tag)),
    w.lead_wait(n_new),
    isOpen(run) ? w.lead_running : next,
  ];
  return clauses.join(clause_gap) + full_stop;
}

function PerDigit({ by_label }: { by_label: readonly number[] }) {
  const w = words.value.admin;
  const most = by_label.indexOf(Math.max(...by_label));
  const least = by_label.indexOf(Math.min(...by_label));
  return (
    <BarChart
      id="per-digit"
      title={w.per_digit}
      finding={
        by_label[most] === by_label[least] ? w.per_digit_even : w.per_digit_most(most, least)
      }
      unit={w.digit}
      direction="up"
      data={DIGITS.map((digit) => ({
        key: String(digit),
        label: String(digit),
        n: by_label[digit] ?? 0,
        colour: `var(--digit-${digit})`,
      }))}
    />
  );
}

function PerDay({ by_day }: { by_day: Stats["by_day"] }) {
  const w = words.value.admin;
  const format = new Intl.DateTimeFormat(languageTag.value, {
    day: "numeric",
    month: "short",
    timeZone: "UTC",
  });
  const total = by_day.reduce((sum, { n }) => sum + n, 0);
  return (
    <BarChart
      id="per-day"
      title={w.per_day}
      finding={w.per_day_finding(total, Math.max(0, ...by_day.map(({ n }) => n)))}
      unit={w.day}
      direction="up"
      has_few_labels
      data={by_day.map(({ day, n }) => ({ key: day, label: format.format(new Date(day)), n }))}
    />
  );
}

function PerStatus({ by_status }: { by_status: Stats["by_status"] }) {
  const w = words.value.admin;
  return (
    <BarChart
      id="per-status"
      title={w.per_status}
      finding={w.per_status_finding(by_status["quarantined"] ?? 0)}
      unit={w.status}
      direction="across"
      data={STATUSES.map((status) => ({
        key: status,
        label: w.status_name(status),
        n: by_status[status] ?? 0,
        colour: STATUS_COLOURS[status],
      }))}
    />
  );
}

function Collected({ shown }: { shown: Stats }) {
  const w = words.value.admin;
  const { n_drawings, n_contributors, n_new, min_new_drawings } = shown;
  return (
    <Card title={w.collected} id="collected">
      <p class="facts">
        <span id="n-drawings">{w.n_drawings(n_drawings)}</span>
        <span>{w.n_contributors(n_contributors)}</span>
        <span id="n-new">{w.n_new(n_new, min_new_drawings)}</span>
      </p>
      {n_drawings === 0 ? (
        <p class="quiet">{w.none_collected}</p>
      ) : (
        <div class="charts">
          <PerDigit by_label={shown.by_label} />
          <PerDay by_day={shown.by_day} />
          <PerStatus by_status={shown.by_status} />
        </div>
      )}
    </Card>
  );
}

function Latest({ n_drawings }: { n_drawings: number }) {
  const w = words.value;
  const load = useCallback(() => api.drawings(N_LATEST), []);
  const loaded = useLoaded(load, String(n_drawings));
  return (
    <Card title={w.admin.latest} id="latest">
      <Show loaded={loaded}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="quiet">{w.admin.latest_none}</p>
          ) : (
            <ul class="ink-wall">
              {items.map(({ id, label, ink, fate }) => (
                <li key={id} title={w.admin.drawing(label, w.fate(fate))}>
                  <InkCanvas ink={ink} label={w.admin.drawing(label, w.fate(fate))} />
                </li>
              ))}
            </ul>
          )
        }
      </Show>
    </Card>
  );
}

export function Overview() {
  const w = words.value.admin;
  const shown = stats.value;
  if (shown === null) return <p class="quiet">{w.loading}</p>;
  return (
    <>
      <div class="lead">
        <h1 id="lead">{leadSentence(shown)}</h1>
        <Retrain />
      </div>
      {shown.run === null ? <p class="quiet">{w.none_run}</p> : <RunCard run={shown.run} />}
      <Collected shown={shown} />
      <Latest n_drawings={shown.n_drawings} />
    </>
  );
}
