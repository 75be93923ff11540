/**
 * A chart: its finding as a sentence, the picture by Observable Plot, the same figures as a table.
 *
 * Plot is a chunk of its own that comes with the first chart. Colours are the variables of
 * tokens.css (`fill: "var(--accent)"`), so that a chart is not redrawn for dark mode. Plot's own
 * legends are not used: the content security policy refuses their styles.
 */

import type * as Library from "@observablehq/plot";
import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { languageTag } from "../../shared/language";
import { DIGITS } from "../../shared/shapes";
import { adminWords } from "../words";
import { plotFormats, type PlotFormats } from "./figures";
import "./plot.css";

type PlotLibrary = typeof Library;

interface PlotContext {
  /** Width of the chart in CSS pixels: 300 on a phone. */
  width: number;
  formats: PlotFormats;
}

/** Returns the marks. It has to be the same function while the data is the same: useCallback, or a
 * constant. */
export type DrawPlot = (plot: PlotLibrary, context: PlotContext) => Library.PlotOptions;

interface PlotRow {
  key: string;
  /** The first names the row. */
  cells: readonly ComponentChildren[];
}

export interface PlotTable {
  columns: readonly string[];
  rows: readonly PlotRow[];
}

interface PlotFigureProps {
  id: string;
  title: string;
  /** The finding of the chart, as a sentence. */
  finding: string;
  draw: DrawPlot;
  /** Height in pixels, reserved while the chart is loaded. */
  height: number;
  table: PlotTable;
  /** Legend between the finding and the picture. */
  legend?: ComponentChildren;
}

type Loading = { kind: "loading" } | { kind: "failed" } | { kind: "ready"; plot: PlotLibrary };

function usePlot(): Loading {
  const [loading, setLoading] = useState<Loading>({ kind: "loading" });
  useEffect(() => {
    let isCurrent = true;
    import("@observablehq/plot")
      .then((plot) => {
        if (isCurrent) setLoading({ kind: "ready", plot });
      })
      .catch(() => {
        // the chunk is missing after an update; the table still shows the figures
        if (isCurrent) setLoading({ kind: "failed" });
      });
    return () => {
      isCurrent = false;
    };
  }, []);
  return loading;
}

/** The width of the element that `place` refers to, followed as it changes; 0 before it is known. */
function useWidth(place: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (place.current === null) return;
    const observer = new ResizeObserver(([entry]) =>
      setWidth(Math.floor(entry?.contentRect.width ?? 0)),
    );
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [place]);
  return width;
}

function Table({ title, table }: { title: string; table: PlotTable }) {
  return (
    <details>
      <summary>{adminWords.value.asTable}</summary>
      <div class="plot-table" role="region" aria-label={title} tabIndex={0}>
        <table class="figures-table">
          <caption class="visually-hidden">{title}</caption>
          <thead>
            <tr>
              {table.columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.map(({ key, cells: [name, ...figures] }) => (
              <tr key={key}>
                <th scope="row">{name}</th>
                {figures.map((figure, place) => (
                  <td key={place}>{figure}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

export function PlotFigure(props: PlotFigureProps) {
  const { id, title, finding, draw, height, table, legend } = props;
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const loading = usePlot();
  const tag = languageTag.value;
  const formats = useMemo(() => plotFormats(tag), [tag]);

  useEffect(() => {
    if (place.current === null || loading.kind !== "ready" || width === 0) return;
    const { plot } = loading;
    const options = draw(plot, { width, formats });
    place.current.replaceChildren(plot.plot({ width, height, ...options }));
  }, [loading, width, height, draw, formats]);

  return (
    <figure class="chart plot" id={id}>
      <figcaption>
        <span class="chart-title">{title}</span>
        <strong>{finding}</strong>
      </figcaption>
      {legend}
      {loading.kind === "failed" && <p class="quiet">{adminWords.value.noModule}</p>}
      {/* Who does not see it has the sentence above and the table below. */}
      <div class="plot-place" ref={place} style={{ minHeight: `${height}px` }} aria-hidden="true" />
      <Table title={title} table={table} />
    </figure>
  );
}

interface DigitBarsProps {
  id: string;
  title: string;
  finding: string;
  byLabel: readonly number[];
}

interface Bar {
  label: string;
  n: number;
  colour: string;
}

const HEIGHT = 180;

export function DigitBars({ id, title, finding, byLabel }: DigitBarsProps) {
  const counts = byLabel.join(" "); // each answer has a new array, mostly with the same counts
  const draw: DrawPlot = useCallback(
    (plot, { formats }) => {
      const bars = counts.split(" ").map((n, digit): Bar => {
        return { label: String(digit), n: Number(n), colour: `var(--digit-${digit})` };
      });
      return {
        marginTop: 24,
        marginLeft: 0,
        marginRight: 0,
        marginBottom: 28,
        x: { type: "band", label: null, padding: 0.2 },
        y: { axis: null, domain: [0, Math.max(1, ...bars.map(({ n }) => n))] },
        marks: [
          plot.barY(bars, { x: "label", y: "n", fill: "colour", rx: 2 }),
          plot.text(bars, {
            x: "label",
            y: "n",
            text: ({ n }: Bar) => formats.short(n),
            dy: -10,
            fill: "currentColor",
          }),
          plot.axisX({ tickSize: 0, label: null }),
          plot.ruleY([0], { stroke: "var(--edge)" }),
        ],
      };
    },
    [counts],
  );
  return (
    <PlotFigure
      id={id}
      title={title}
      finding={finding}
      draw={draw}
      height={HEIGHT}
      table={{
        columns: [adminWords.value.digit, adminWords.value.count],
        rows: DIGITS.map((digit) => ({ key: String(digit), cells: [digit, byLabel[digit] ?? 0] })),
      }}
    />
  );
}
