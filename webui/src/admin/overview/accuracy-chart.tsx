/** The live version's score on one data set over time, with the versions that were held. */

import { useCallback, useMemo } from "preact/hooks";
import { languageTag } from "../../shared/language";
import { plotFormats } from "../shared/figures";
import { Link } from "../shared/parts";
import { type DrawPlot, PlotFigure } from "../shared/plot";
import type { DatasetName, Measured, Promotion } from "./calls";
import { apart, dayTicks, type LiveSpan, liveSpans, type Point, scored } from "./series";
import { overviewWords } from "./words";

interface AccuracyLegendProps {
  hasHeld: boolean;
  hasHand: boolean;
  anchor: number | null;
}

function AccuracyLegend({ hasHeld, hasHand, anchor }: AccuracyLegendProps) {
  const w = overviewWords.value;
  return (
    <ul class="plot-legend">
      <li>
        <span class="legend-line" aria-hidden="true" /> {w.legendLive}
      </li>
      <li>
        <span class="legend-dot" aria-hidden="true" /> {w.legendPromotion}
      </li>
      {hasHand && (
        <li>
          <span class="legend-dot is-hollow" aria-hidden="true" /> {w.legendHand}
        </li>
      )}
      {anchor !== null && (
        <li>
          <span class="legend-anchor" aria-hidden="true" /> {w.legendAnchor(anchor)}
        </li>
      )}
      {hasHeld && (
        <li>
          <span class="legend-held" aria-hidden="true">
            ×
          </span>{" "}
          {w.legendHeld}
        </li>
      )}
    </ul>
  );
}

const HEIGHT = 240;
const LABEL_PX = 26;
const TICK_PX = 90;
const MAX_ROWS = 20;

interface AccuracyChartProps {
  dataset: DatasetName;
  versions: readonly Measured[];
  promotions: readonly Promotion[];
  /** The anchor, on the data set where versions are measured against it. */
  anchor: number | null;
}

/** Decimals needed to tell the ends of an interval apart. */
function decimalsFor({ low, high }: Point): number {
  return high - low < 0.02 ? 2 : high - low < 0.1 ? 1 : 0;
}

export function AccuracyChart({ dataset, versions, promotions, anchor }: AccuracyChartProps) {
  const w = overviewWords.value;
  const formats = plotFormats(languageTag.value);
  const points = useMemo(() => scored(versions, dataset), [versions, dataset]);
  const spans = useMemo(() => liveSpans(points, promotions), [points, promotions]);
  const held = useMemo(() => points.filter(({ wasLive }) => !wasLive), [points]);
  const last = spans.at(-1);
  const bar = points.find(({ version }) => version === anchor);
  const newest = points.find(({ version }) => version === last?.version) ?? points.at(-1);
  const decimals = newest === undefined ? 0 : decimalsFor(newest);

  const draw: DrawPlot = useCallback(
    (plot, { width, formats: f }) => {
      const now = new Date();
      const until = last === undefined ? spans : [...spans, { ...last, at: now }];
      const first = points[0]?.at ?? now;
      const px = width / Math.max(1, now.getTime() - first.getTime());
      const labelled = apart(spans, ({ at }: LiveSpan) => at.getTime() * px, LABEL_PX);
      const common = { x: "at", curve: "step-after" } as const;
      return {
        marginTop: 28,
        marginLeft: 8 + 8 * f.percent(1, decimals).length,
        marginRight: 24,
        marginBottom: 32,
        x: {
          type: "utc",
          label: null,
          domain: [first, now],
          ticks: dayTicks(first, now, Math.floor(width / TICK_PX)),
          tickFormat: f.day,
        },
        y: { label: null, ticks: 5, nice: true, tickFormat: (y: number) => f.percent(y, decimals) },
        marks: [
          plot.gridY({ stroke: "var(--line)", strokeOpacity: 1 }),
          plot.areaY(until, {
            ...common,
            y1: "low",
            y2: "high",
            fill: "var(--accent)",
            fillOpacity: 0.14,
          }),
          plot.lineY(until, { ...common, y: "share", stroke: "var(--accent)", strokeWidth: 2 }),
          plot.ruleY(bar === undefined ? [] : [bar.share], {
            stroke: "var(--ink)",
            strokeDasharray: "2 4",
          }),
          plot.ruleX(held, { x: "at", y1: "low", y2: "high", stroke: "var(--edge)" }),
          plot.dot(held, {
            x: "at",
            y: "share",
            symbol: "times",
            stroke: "var(--waiting)",
            strokeWidth: 2,
          }),
          plot.dot(spans, {
            x: "at",
            y: "share",
            r: 5,
            fill: ({ kind }: LiveSpan) => (kind === "gate" ? "var(--accent)" : "var(--card)"),
            stroke: ({ kind }: LiveSpan) => (kind === "gate" ? "var(--card)" : "var(--accent)"),
            strokeWidth: 2,
          }),
          plot.text(labelled, {
            x: "at",
            frameAnchor: "top",
            dy: -18,
            text: ({ version, kind }) => (kind === "rollback" ? `↩${version}` : String(version)),
            fill: "var(--ink)",
          }),
          plot.tip(
            points,
            plot.pointerX({
              maxRadius: Infinity,
              x: "at",
              y: "share",
              title: (point: Point) =>
                [
                  `${w.tipVersion(point.version)} · ${f.date(point.at)}`,
                  `${f.percent(point.share, decimals)} (${f.percent(point.low, decimals)} – ${f.percent(point.high, decimals)})`,
                ].join("\n"),
              stroke: "var(--edge)",
              fontSize: 14,
            }),
          ),
        ],
      };
    },
    [points, spans, held, last, bar, decimals, w],
  );

  if (newest === undefined) return null;
  const percent = (share: number) => formats.percent(share, decimals);
  return (
    <PlotFigure
      id={`accuracy-${dataset}`}
      title={w.on(dataset)}
      finding={w.onFinding(
        newest.version,
        percent(newest.share),
        newest.n,
        percent(newest.low),
        percent(newest.high),
      )}
      draw={draw}
      height={HEIGHT}
      legend={
        <AccuracyLegend
          hasHeld={held.length > 0}
          hasHand={spans.some(({ kind }) => kind !== "gate")}
          anchor={bar === undefined ? null : anchor}
        />
      }
      table={{
        columns: [w.version, w.made, w.shareRight, w.interval, w.ofN, w.everLive],
        rows: [...points]
          .reverse()
          .slice(0, MAX_ROWS)
          .map((point) => ({
            key: String(point.version),
            cells: [
              <Link key="version" view="models" part={String(point.version)}>
                {point.version}
              </Link>,
              formats.date(point.at),
              percent(point.share),
              `${percent(point.low)} – ${percent(point.high)}`,
              formats.number(point.n),
              point.wasLive ? w.yes : w.no,
            ],
          })),
      }}
    />
  );
}
