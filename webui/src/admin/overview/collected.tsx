/** What was collected: how much, from how many, how often the model disagreed, day by day. */

import { languageTag, words } from "../../shared/language";
import { overview_words } from "./words";
import type { Stats } from "../../contract";
import { DigitBars } from "../shared/digit-bars";
import { Card, Link } from "../shared/parts";
import { plotFormats } from "../shared/figures";
import { Disagreement } from "./disagreement";
import type { OverviewFigures } from "./calls";
import { PerDay } from "./per-day";
import { PerWeek } from "./per-week";
import { summed } from "./series";

const STATUSES = ["accepted", "quarantined", "rejected", "deleted"] as const;

function Statuses({ by_status }: { by_status: Stats["by_status"] }) {
  const w = words.value.admin;
  const { number } = plotFormats(languageTag.value);
  return (
    <ul class="status-links" aria-label={overview_words.value.statuses}>
      {STATUSES.map((status) => (
        <li key={status}>
          <Link view="drawings" query={`status=${status}`}>
            {number(by_status[status] ?? 0)} {w.status_name(status)}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Totals({ figures, n_drawings }: { figures: OverviewFigures; n_drawings: number }) {
  const w = overview_words.value;
  const formats = plotFormats(languageTag.value);
  const { n_read, n_disagreed } = summed(figures.by_digit);
  const week = summed(figures.by_day.slice(-7)).n;
  return (
    <dl class="totals">
      <div>
        <dt>{w.drawings(n_drawings)}</dt>
        <dd class="total-figure" id="n-drawings">
          {formats.number(n_drawings)}
        </dd>
        <dd class="quiet">{w.this_week(week)}</dd>
      </div>
      <div>
        <dt>{w.contributors(figures.n_contributors)}</dt>
        <dd class="total-figure" id="n-contributors">
          {formats.number(figures.n_contributors)}
        </dd>
        <dd class="quiet">{w.new_contributors(figures.n_new_contributors)}</dd>
      </div>
      <div>
        <dt>{w.disagreed}</dt>
        <dd class="total-figure" id="share-disagreed">
          {n_read === 0 ? (
            "–"
          ) : (
            <Link view="drawings" query="disagrees=true">
              {formats.percent(n_disagreed / n_read, 1)}
            </Link>
          )}
        </dd>
        <dd class="quiet">{w.disagreed_of(n_read)}</dd>
      </div>
    </dl>
  );
}

function perDigitFinding(by_label: readonly number[]): string {
  const w = overview_words.value;
  const most = by_label.indexOf(Math.max(...by_label));
  const least = by_label.indexOf(Math.min(...by_label));
  return by_label[most] === by_label[least] ? w.per_digit_even : w.per_digit_most(most, least);
}

export function Collected({ figures, shown }: { figures: OverviewFigures; shown: Stats }) {
  const w = overview_words.value;
  return (
    <Card title={w.collected} id="collected">
      <Totals figures={figures} n_drawings={shown.n_drawings} />
      {shown.n_drawings === 0 ? (
        <p class="quiet">{words.value.admin.none_collected}</p>
      ) : (
        <>
          <Statuses by_status={shown.by_status} />
          <div class="charts is-wide">
            <PerDay by_day={figures.by_day} />
            <PerWeek by_day={figures.by_day} />
            <DigitBars
              id="per-digit"
              title={w.per_digit}
              finding={perDigitFinding(shown.by_label)}
              by_label={shown.by_label}
            />
            <Disagreement by_digit={figures.by_digit} />
          </div>
        </>
      )}
    </Card>
  );
}
