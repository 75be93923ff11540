/** Loss and accuracy over the steps of training. */

import { useCallback, useMemo } from "preact/hooks";
import { accuracyFigure } from "../../shared/formats";
import { isOpen, type Run, type RunPoint } from "../../shared/shapes";
import { words } from "../../shared/words";
import { Card } from "../shared/parts";
import { type DrawPlot, PlotFigure } from "../shared/plot";
import type { RunInFull } from "./calls";
import { runsWords } from "./words";

const LEARNING = "train";

export interface Measured {
  step: number;
  value: number;
}

/** The points of the training phase that have this figure. */
export function measuredOf(points: readonly RunPoint[], name: "loss" | "accuracy"): Measured[] {
  return points.flatMap((point) => {
    const value = point[name];
    return value === null || point.phase !== LEARNING ? [] : [{ step: point.step, value }];
  });
}

/** The end of the axis: the planned steps during training, afterwards the last step. */
export function learned(run: Pick<Run, "phase" | "n_steps"> & { metrics: RunPoint[] }): number {
  const last = run.metrics.findLast(({ phase }) => phase === LEARNING)?.step ?? 1;
  return run.phase === LEARNING ? Math.max(last, run.n_steps ?? 1) : last;
}

/** At most `n` of the points, evenly spread, with the last one. */
export function someOf(points: readonly Measured[], n: number): Measured[] {
  const every = Math.ceil(points.length / n);
  return points.filter((_, place) => (points.length - 1 - place) % every === 0);
}

const HEIGHT = 180;
const MAX_ROWS = 20;

interface CurveProps {
  id: string;
  name: string;
  finding: string;
  points: readonly Measured[];
  nSteps: number;
  figure: (value: number) => string;
}

function Curve({ id, name, finding, points, nSteps, figure }: CurveProps) {
  const w = runsWords.value;
  const draw: DrawPlot = useCallback(
    (plot) => ({
      marginLeft: 64,
      marginBottom: 44,
      x: { label: w.stepAxis, labelOffset: 40, domain: [0, nSteps], ticks: 4, tickFormat: "d" },
      y: { label: null, ticks: 4, grid: true, nice: true, tickFormat: figure },
      marks: [
        plot.lineY(points, { x: "step", y: "value", stroke: "var(--accent)", strokeWidth: 2 }),
        plot.dot(points.slice(-1), { x: "step", y: "value", fill: "var(--accent)", r: 3 }),
      ],
    }),
    [points, nSteps, figure, w],
  );
  return (
    <PlotFigure
      id={id}
      title={name}
      finding={finding}
      draw={draw}
      height={HEIGHT}
      table={{
        columns: [w.stepAxis, name],
        rows: someOf(points, MAX_ROWS).map(({ step, value }) => ({
          key: String(step),
          cells: [step, figure(value)],
        })),
      }}
    />
  );
}

function lossFigure(value: number): string {
  return value.toFixed(3);
}

function shareFigure(value: number): string {
  return words.value.percent(accuracyFigure(value));
}

/** The first and the last figure of the line. */
function ends(points: readonly Measured[], figure: (value: number) => string): [string, string] {
  return [figure(points[0]?.value ?? 0), figure(points.at(-1)?.value ?? 0)];
}

export function RunCurves({ run }: { run: RunInFull }) {
  const w = runsWords.value;
  const { metrics } = run;
  const { loss, accuracy } = useMemo(
    () => ({ loss: measuredOf(metrics, "loss"), accuracy: measuredOf(metrics, "accuracy") }),
    [metrics],
  );
  const nSteps = learned(run);
  const hasNone = loss.length < 2 && accuracy.length < 2;
  if (hasNone && !isOpen(run)) return null;
  return (
    <Card id="run-curves" title={w.curves}>
      {hasNone && <p class="quiet">{w.noCurve}</p>}
      <div class="curves">
        {loss.length >= 2 && (
          <Curve
            id="curve-loss"
            name={w.loss}
            finding={w.lossFinding(...ends(loss, lossFigure))}
            points={loss}
            nSteps={nSteps}
            figure={lossFigure}
          />
        )}
        {accuracy.length >= 2 && (
          <Curve
            id="curve-accuracy"
            name={w.accuracy}
            finding={w.accuracyFinding(...ends(accuracy, accuracyFigure))}
            points={accuracy}
            nSteps={nSteps}
            figure={shareFigure}
          />
        )}
      </div>
    </Card>
  );
}
