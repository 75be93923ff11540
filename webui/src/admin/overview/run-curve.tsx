/** How the accuracy went during a run: a line, its first and its last value in figures. */

import { useCallback } from "preact/hooks";
import { api } from "../../shared/api";
import type { Run, RunPoint } from "../../contract";
import { accuracyFigure } from "../../shared/figures";
import { words } from "../../shared/language";
import { useLoaded } from "../shared/requests";

const WIDTH = 320;
const HEIGHT = 72;
const EDGE = 4;

interface Measured {
  step: number;
  accuracy: number;
}

function measured(points: readonly RunPoint[]): Measured[] {
  return points.flatMap(({ step, accuracy }) => (accuracy === null ? [] : [{ step, accuracy }]));
}

function lineOf(points: readonly Measured[]): string {
  const all = points.map(({ accuracy }) => accuracy);
  const low = Math.min(...all);
  const span = Math.max(...all) - low || 1;
  return points
    .map(({ accuracy }, index) => {
      const x = EDGE + (index / Math.max(1, points.length - 1)) * (WIDTH - 2 * EDGE);
      const y = HEIGHT - EDGE - ((accuracy - low) / span) * (HEIGHT - 2 * EDGE);
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(" ");
}

export function RunCurve({ run }: { run: Run }) {
  const { id, step, status } = run;
  const load = useCallback(() => api.run(id), [id]);
  const loaded = useLoaded(load, `${status} ${step ?? 0}`);
  const points = loaded.kind === "ready" ? measured(loaded.value.metrics) : [];
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined || points.length < 2) return null;
  const w = words.value;
  const said = `${w.percent(accuracyFigure(first.accuracy))} → ${w.percent(accuracyFigure(last.accuracy))}`;
  return (
    <figure class="run-curve">
      <figcaption>
        <span class="chart-title">{w.admin.curve}</span> <span class="figure">{said}</span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${w.admin.curve}: ${said}`}>
        <polyline points={lineOf(points)} fill="none" stroke="currentColor" stroke-width="2" />
      </svg>
    </figure>
  );
}
