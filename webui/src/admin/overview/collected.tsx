/** Collected drawings: how many, from how many contributors, and how often the model disagreed. */

import { useCallback, useMemo } from "preact/hooks";
import { languageTag } from "../../shared/language";
import { DIGITS, type Stats } from "../../shared/shapes";
import { plotFormats, type Share, shareOf } from "../shared/figures";
import { Card, Link } from "../shared/parts";
import { DigitBars, type DrawPlot, PlotFigure } from "../shared/plot";
import { adminWords } from "../words";
import type { Agreement, OverviewFigures } from "./calls";
import { PerDay, PerWeek } from "./over-time";
import { summed } from "./series";
import { overviewWords } from "./words";

const HEIGHT = 180;

interface DigitShare extends Share {
  label: string;
  colour: string;
}

function Disagreement({ byDigit }: { byDigit: readonly Agreement[] }) {
  const w = overviewWords.value;
  const formats = plotFormats(languageTag.value);
  const shares = useMemo(
    () =>
      byDigit.flatMap(({ n_read, n_disagreed }, digit): DigitShare[] => {
        const share = shareOf(n_disagreed, n_read);
        const colour = `var(--digit-${digit})`;
        return share === null ? [] : [{ label: String(digit), colour, ...share }];
      }),
    [byDigit],
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
      title={w.byDigit}
      finding={
        most === null
          ? w.byDigitNone
          : w.byDigitFinding(Number(most.label), formats.percent(most.share, 1))
      }
      draw={draw}
      height={HEIGHT}
      table={{
        columns: [w.digit, adminWords.value.count, w.otherwise, w.share, w.ofThem],
        rows: byDigit.map(({ n, n_read, n_disagreed }, digit) => ({
          key: String(digit),
          cells: [
            digit,
            formats.number(n),
            formats.number(n_disagreed),
            n_read === 0 ? "–" : formats.percent(n_disagreed / n_read, 1),
            <Link key="link" view="drawings" query={`label=${digit}&disagrees=true`}>
              {w.ofThem} {digit}
            </Link>,
          ],
        })),
      }}
    />
  );
}

const STATUSES = ["accepted", "quarantined", "rejected", "deleted"] as const;

function Statuses({ byStatus }: { byStatus: Stats["by_status"] }) {
  const w = overviewWords.value;
  const { number } = plotFormats(languageTag.value);
  return (
    <ul class="status-links" aria-label={overviewWords.value.statuses}>
      {STATUSES.map((status) => (
        <li key={status}>
          <Link view="drawings" query={`status=${status}`}>
            {number(byStatus[status] ?? 0)} {w.statusName(status)}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Totals({ figures, nDrawings }: { figures: OverviewFigures; nDrawings: number }) {
  const w = overviewWords.value;
  const formats = plotFormats(languageTag.value);
  const { n_read, n_disagreed } = summed(figures.by_digit);
  const week = summed(figures.by_day.slice(-7)).n;
  return (
    <dl class="totals">
      <div>
        <dt>{w.drawings(nDrawings)}</dt>
        <dd class="total-figure" id="n-drawings">
          {formats.number(nDrawings)}
        </dd>
        <dd class="quiet">{w.thisWeek(week)}</dd>
      </div>
      <div>
        <dt>{w.contributors(figures.n_contributors)}</dt>
        <dd class="total-figure" id="n-contributors">
          {formats.number(figures.n_contributors)}
        </dd>
        <dd class="quiet">{w.newContributors(figures.n_new_contributors)}</dd>
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
        <dd class="quiet">{w.disagreedOf(n_read)}</dd>
      </div>
    </dl>
  );
}

function perDigitFinding(byLabel: readonly number[]): string {
  const w = overviewWords.value;
  const most = byLabel.indexOf(Math.max(...byLabel));
  const least = byLabel.indexOf(Math.min(...byLabel));
  return byLabel[most] === byLabel[least] ? w.perDigitEven : w.perDigitMost(most, least);
}

export function Collected({ figures, shown }: { figures: OverviewFigures; shown: Stats }) {
  const w = overviewWords.value;
  return (
    <Card title={w.collected} id="collected">
      <Totals figures={figures} nDrawings={shown.n_drawings} />
      {shown.n_drawings === 0 ? (
        <p class="quiet">{overviewWords.value.noneCollected}</p>
      ) : (
        <>
          <Statuses byStatus={shown.by_status} />
          <div class="charts is-wide">
            <PerDay byDay={figures.by_day} />
            <PerWeek byDay={figures.by_day} />
            <DigitBars
              id="per-digit"
              title={w.perDigit}
              finding={perDigitFinding(shown.by_label)}
              byLabel={shown.by_label}
            />
            <Disagreement byDigit={figures.by_digit} />
          </div>
        </>
      )}
    </Card>
  );
}
