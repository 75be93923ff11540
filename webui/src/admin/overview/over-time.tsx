/** Charts over time: drawings per day, and the share that the model read as another digit. */

import { useCallback, useMemo } from "preact/hooks";
import { languageTag } from "../../shared/language";
import { type PlotFormats, plotFormats, shareOf } from "../shared/figures";
import { type DrawPlot, PlotFigure, type PlotTable } from "../shared/plot";
import { adminWords } from "../words";
import type { Day } from "./calls";
import { dayTicks, everyNth, sinceFirst, summed, type Week, weekly } from "./series";
import { overviewWords } from "./words";

/** A table of all days, newest first. */
function dayTable(days: readonly Day[], formats: PlotFormats): PlotTable {
  const w = overviewWords.value;
  return {
    columns: [w.day, adminWords.value.count, w.otherwise, w.share],
    rows: [...days].reverse().map(({ day, n, n_read, n_disagreed }) => ({
      key: day,
      cells: [
        formats.date(day),
        formats.number(n),
        formats.number(n_disagreed),
        n_read === 0 ? "–" : formats.percent(n_disagreed / n_read, 1),
      ],
    })),
  };
}

const HEIGHT = 200;
const DAY_MS = 86_400_000;
const TICK_PX = 72;

interface Part {
  at: Date;
  until: Date;
  n: number;
  kind: "alike" | "otherwise" | "unread";
}

const COLOURS: Record<Part["kind"], string> = {
  otherwise: "var(--waiting)",
  alike: "var(--accent)",
  unread: "var(--bar)",
};
const KINDS = ["otherwise", "alike", "unread"] as const;

function partsOf({ day, n, n_read, n_disagreed }: Day): Part[] {
  const at = new Date(day);
  const until = new Date(at.getTime() + DAY_MS);
  const figures = { otherwise: n_disagreed, alike: n_read - n_disagreed, unread: n - n_read };
  return KINDS.map((kind) => ({ at, until, kind, n: figures[kind] }));
}

function Legend() {
  const w = overviewWords.value;
  return (
    <ul class="plot-legend">
      {KINDS.map((kind) => (
        <li key={kind}>
          <span class={`legend-square is-${kind}`} aria-hidden="true" /> {w[kind]}
        </li>
      ))}
    </ul>
  );
}

export function PerDay({ byDay }: { byDay: readonly Day[] }) {
  const w = overviewWords.value;
  const formats = plotFormats(languageTag.value);
  const days = useMemo(() => sinceFirst(byDay), [byDay]);
  const most = days.reduce<Day | null>((best, day) => (day.n > (best?.n ?? 0) ? day : best), null);

  const draw: DrawPlot = useCallback(
    (plot, { width, formats: f }) => {
      const each = everyNth(days.length, width, TICK_PX);
      return {
        marginTop: 12,
        marginLeft: 44,
        marginRight: 20,
        marginBottom: 32,
        x: { type: "band", label: null, padding: days.length > 40 ? 0.1 : 0.2 },
        y: { label: null, ticks: 4, nice: true, tickFormat: f.short },
        marks: [
          plot.gridY({ stroke: "var(--line)", strokeOpacity: 1 }),
          plot.barY(days.flatMap(partsOf), {
            x: ({ at }: Part) => at.toISOString().slice(0, 10),
            y: "n",
            fill: ({ kind }: Part) => COLOURS[kind],
            order: null,
          }),
          plot.axisX(
            days.filter((_, place) => (days.length - 1 - place) % each === 0).map(({ day }) => day),
            { tickSize: 4, tickFormat: f.day },
          ),
          plot.ruleY([0], { stroke: "var(--edge)" }),
          plot.tip(
            days,
            plot.pointerX({
              maxRadius: Infinity,
              x: "day",
              y: "n",
              title: ({ day, n, n_disagreed }: Day) =>
                [
                  f.date(day),
                  `${f.number(n)} ${w.drawings(n)}`,
                  `${f.number(n_disagreed)} ${w.otherwise}`,
                ].join("\n"),
              stroke: "var(--edge)",
              fontSize: 14,
            }),
          ),
        ],
      };
    },
    [days, w],
  );

  return (
    <PlotFigure
      id="per-day"
      title={w.perDay}
      finding={w.perDayFinding(
        summed(days).n,
        days.length,
        formats.number(most?.n ?? 0),
        formats.day(most?.day ?? new Date()),
      )}
      draw={draw}
      height={HEIGHT}
      legend={<Legend />}
      table={dayTable(days, formats)}
    />
  );
}

function weekFinding(days: readonly Day[], percent: (share: number) => string): string {
  const w = overviewWords.value;
  const [now, before] = [summed(days.slice(-7)), summed(days.slice(-14, -7))];
  const share = shareOf(now.n_disagreed, now.n_read)?.share;
  const shareBefore = shareOf(before.n_disagreed, before.n_read)?.share;
  if (share === undefined) return w.perWeekNone;
  if (shareBefore === undefined) return w.perWeekOnly(percent(share));
  const says = share < shareBefore ? w.perWeekBetter : w.perWeekWorse;
  return says(percent(share), percent(shareBefore));
}

export function PerWeek({ byDay }: { byDay: readonly Day[] }) {
  const w = overviewWords.value;
  const formats = plotFormats(languageTag.value);
  const days = useMemo(() => sinceFirst(byDay), [byDay]);
  const weeks = useMemo(() => weekly(byDay).slice(-days.length), [byDay, days]);

  const draw: DrawPlot = useCallback(
    (plot, { width, formats: f }) => {
      const x = ({ day }: Week) => new Date(day);
      return {
        marginTop: 12,
        marginLeft: 48,
        marginRight: 24,
        marginBottom: 32,
        x: {
          type: "utc",
          label: null,
          domain: [new Date(days[0]?.day ?? 0), new Date(days.at(-1)?.day ?? 0)],
          ticks: dayTicks(
            new Date(days[0]?.day ?? 0),
            new Date(days.at(-1)?.day ?? 0),
            Math.floor(width / TICK_PX),
          ),
          tickFormat: f.day,
        },
        y: {
          label: null,
          ticks: 4,
          zero: true,
          nice: true,
          tickFormat: (y: number) => f.percent(y),
        },
        marks: [
          plot.gridY({ stroke: "var(--line)", strokeOpacity: 1 }),
          plot.areaY(weeks, {
            x,
            y1: "low",
            y2: "high",
            fill: "var(--waiting)",
            fillOpacity: 0.14,
          }),
          plot.lineY(weeks, { x, y: "share", stroke: "var(--waiting)", strokeWidth: 2 }),
          plot.dot(weeks.slice(-1), { x, y: "share", fill: "var(--waiting)", r: 4 }),
          plot.ruleY([0], { stroke: "var(--edge)" }),
          plot.tip(
            weeks,
            plot.pointerX({
              maxRadius: Infinity,
              x,
              y: "share",
              title: (week: Week) =>
                `${f.date(week.day)}\n${f.percent(week.share, 1)} (${f.number(week.n_disagreed)} / ${f.number(week.n_read)})`,
              stroke: "var(--edge)",
              fontSize: 14,
            }),
          ),
        ],
      };
    },
    [weeks, days],
  );

  return (
    <PlotFigure
      id="per-week"
      title={w.perWeek}
      finding={weekFinding(byDay, (share) => formats.percent(share, 1))}
      draw={draw}
      height={HEIGHT}
      legend={
        <ul class="plot-legend">
          <li>
            <span class="legend-line is-otherwise" aria-hidden="true" /> {w.legendWeek}
          </li>
        </ul>
      }
      table={dayTable(days, formats)}
    />
  );
}
