/** Drawings day by day, and how many of them the model read as another digit. */

import { useCallback, useMemo } from "preact/hooks";
import { languageTag } from "../../shared/language";
import { overview_words } from "./words";
import { PlotFigure, type DrawPlot } from "../shared/plot";
import { plotFormats } from "../shared/figures";
import { dayTable } from "./day-table";
import type { Day } from "./calls";
import { everyNth, sinceFirst, summed } from "./series";

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
  const w = overview_words.value;
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

export function PerDay({ by_day }: { by_day: readonly Day[] }) {
  const w = overview_words.value;
  const formats = plotFormats(languageTag.value);
  const days = useMemo(() => sinceFirst(by_day), [by_day]);
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
      title={w.per_day}
      finding={w.per_day_finding(
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
