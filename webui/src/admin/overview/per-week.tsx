/** How often the model read another digit than the label says, over the seven days up to each. */

import { useCallback, useMemo } from "preact/hooks";
import { languageTag } from "../../shared/language";
import { overview_words } from "./words";
import { PlotFigure, type DrawPlot } from "../shared/plot";
import { plotFormats, shareOf } from "../shared/figures";
import { dayTable } from "./day-table";
import type { Day } from "./calls";
import { dayTicks, sinceFirst, summed, weekly, type Week } from "./series";

const HEIGHT = 200;
const TICK_PX = 72;

function weekFinding(days: readonly Day[], percent: (share: number) => string): string {
  const w = overview_words.value;
  const [now, before] = [summed(days.slice(-7)), summed(days.slice(-14, -7))];
  const share = shareOf(now.n_disagreed, now.n_read)?.share;
  const share_before = shareOf(before.n_disagreed, before.n_read)?.share;
  if (share === undefined) return w.per_week_none;
  if (share_before === undefined) return w.per_week_only(percent(share));
  const says = share < share_before ? w.per_week_better : w.per_week_worse;
  return says(percent(share), percent(share_before));
}

export function PerWeek({ by_day }: { by_day: readonly Day[] }) {
  const w = overview_words.value;
  const formats = plotFormats(languageTag.value);
  const days = useMemo(() => sinceFirst(by_day), [by_day]);
  const weeks = useMemo(() => weekly(by_day).slice(-days.length), [by_day, days]);

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
      title={w.per_week}
      finding={weekFinding(by_day, (share) => formats.percent(share, 1))}
      draw={draw}
      height={HEIGHT}
      legend={
        <ul class="plot-legend">
          <li>
            <span class="legend-line is-otherwise" aria-hidden="true" /> {w.legend_week}
          </li>
        </ul>
      }
      table={dayTable(days, formats)}
    />
  );
}
