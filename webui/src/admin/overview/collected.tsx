/** What was collected: how much, from how many, how often the model disagreed, day by day. */

import { useCallback, useMemo } from "preact/hooks";
import { DIGITS, type Stats } from "../../shared/shapes";
import { languageTag } from "../../shared/language";
import { DigitBars } from "../shared/digit-bars";
import { plotFormats, type Share, shareOf } from "../shared/figures";
import { Card, Link } from "../shared/parts";
import { type DrawPlot, PlotFigure } from "../shared/plot";
import type { Agreement, OverviewFigures } from "./calls";
import { PerDay, PerWeek } from "./over-time";
import { summed } from "./series";
import { overview_words } from "./words";
import { adminWords } from "../words";

const HEIGHT = 180;

interface DigitShare extends Share {
  label: string;
  colour: string;
}

function Disagreement({ by_digit }: { by_digit: readonly Agreement[] }) {
  const w = overview_words.value;
  const formats = plotFormats(languageTag.value);
  const shares = useMemo(
    () =>
      by_digit.flatMap(({ n_read, n_disagreed }, digit): DigitShare[] => {
        const share = shareOf(n_disagreed, n_read);
        const colour = `var(--digit-${digit})`;
        return share === null ? [] : [{ label: String(digit), colour, ...share }];
      }),
    [by_digit],
  );
  const most = shares.reduce<DigitShare | null>(
    (worst, one) => (one.share > (worst?.share ?? 0) ? one : worst),
    null,
  );

  const draw: DrawPlot = useCallback(
    (plot, { formats: f }) => ({
      marginTop: 12,
      marginLeft: 48,
      marginRight: 0,
      marginBottom: 28,
      x: { type: "point", label: null, domain: DIGITS.map(String), padding: 0.5 },
      y: { label: null, ticks: 4, zero: true, nice: true, tickFormat: (y: number) => f.percent(y) },
      marks: [
        plot.gridY({ stroke: "var(--line)", strokeOpacity: 1 }),
        plot.ruleX(shares, { x: "label", y1: "low", y2: "high", stroke: "colour", strokeWidth: 2 }),
        plot.dot(shares, { x: "label", y: "share", fill: "colour", r: 5 }),
        plot.axisX({ tickSize: 0, label: null }),
        plot.ruleY([0], { stroke: "var(--edge)" }),
      ],
    }),
    [shares],
  );

  return (
    <PlotFigure
      id="by-digit"
      title={w.by_digit}
      finding={
        most === null
          ? w.by_digit_none
          : w.by_digit_finding(Number(most.label), formats.percent(most.share, 1))
      }
      draw={draw}
      height={HEIGHT}
      table={{
        columns: [w.digit, adminWords.value.count, w.otherwise, w.share, w.of_them],
        rows: by_digit.map(({ n, n_read, n_disagreed }, digit) => ({
          key: String(digit),
          cells: [
            digit,
            formats.number(n),
            formats.number(n_disagreed),
            n_read === 0 ? "–" : formats.percent(n_disagreed / n_read, 1),
            <Link key="link" view="drawings" query={`label=${digit}&disagrees=true`}>
              {w.of_them} {digit}
            </Link>,
          ],
        })),
      }}
    />
  );
}

const STATUSES = ["accepted", "quarantined", "rejected", "deleted"] as const;

function Statuses({ by_status }: { by_status: Stats["by_status"] }) {
  const w = overview_words.value;
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
        <p class="quiet">{overview_words.value.none_collected}</p>
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
