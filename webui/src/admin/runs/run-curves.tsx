/** Loss and accuracy as they come: each a line with its finding, its scale and a table. */

import type { RunPoint } from "../../contract";
import { accuracyFigure } from "../../figures";
import { words } from "../../i18n/language";
import { runs_words } from "../../i18n/runs";
import { Card } from "../parts";
import { LEARNING, lineOf, type Measured, measuredOf, scaleOf } from "./curve";
import type { RunInFull } from "./runs-api";

const WIDTH = 320;
const HEIGHT = 120;
const MAX_ROWS = 20;

interface CurveProps {
  id: string;
  title: string;
  hint: string;
  points: readonly Measured[];
  n_steps: number;
  format: (value: number) => string;
  column: string;
}

function Curve({ id, title, hint, points, n_steps, format, column }: CurveProps) {
  const w = runs_words.value;
  const scale = scaleOf(points);
  const every = Math.ceil(points.length / MAX_ROWS);
  const rows = points.filter((_, index) => (points.length - 1 - index) % every === 0);
  return (
    <figure class="curve" id={id}>
      <figcaption>
        <span class="curve-title">{title}</span>
        <span class="hint">{hint}</span>
      </figcaption>
      <div class="curve-space">
        <span class="curve-high">{format(scale.high)}</span>
        <span class="curve-low">{format(scale.low)}</span>
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={title}
        >
          <polyline
            points={lineOf(points, n_steps, scale, WIDTH, HEIGHT)}
            fill="none"
            stroke="currentColor"
            stroke-width="2"
            stroke-linejoin="round"
            vector-effect="non-scaling-stroke"
          />
        </svg>
        <span class="curve-axis">
          <span>0</span>
          <span>
            {w.step_axis} {n_steps}
          </span>
        </span>
      </div>
      <details>
        <summary>{words.value.admin.as_table}</summary>
        <table class="figures-table">
          <thead>
            <tr>
              <th scope="col">{w.step_axis}</th>
              <th scope="col">{column}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ step, value }) => (
              <tr key={step}>
                <th scope="row">{step}</th>
                <td>{format(value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

function lossFigure(value: number): string {
  return value.toFixed(3);
}

function stepsOf(run: RunInFull, points: readonly RunPoint[]): number {
  const seen = points.at(-1)?.step ?? 1;
  return run.phase === LEARNING ? Math.max(seen, run.n_steps ?? 1) : seen;
}

export function RunCurves({ run }: { run: RunInFull }) {
  const w = runs_words.value;
  const learning = run.metrics.filter(({ phase }) => phase === LEARNING);
  const n_steps = stepsOf(run, learning);
  const loss = measuredOf(learning, "loss");
  const accuracy = measuredOf(learning, "accuracy");
  const ends = (points: readonly Measured[], format: (value: number) => string) =>
    [points[0], points.at(-1)].map((point) => format(point?.value ?? 0)) as [string, string];
  return (
    <Card id="run-curves" title={w.curves}>
      {loss.length < 2 && accuracy.length < 2 && <p class="quiet">{w.no_curve}</p>}
      <div class="curves">
        {loss.length >= 2 && (
          <Curve
            id="curve-loss"
            title={w.loss_finding(...ends(loss, lossFigure))}
            hint={w.loss_hint}
            points={loss}
            n_steps={n_steps}
            format={lossFigure}
            column={words.value.admin.loss}
          />
        )}
        {accuracy.length >= 2 && (
          <Curve
            id="curve-accuracy"
            title={w.accuracy_finding(...ends(accuracy, accuracyFigure))}
            hint={w.accuracy_hint}
            points={accuracy}
            n_steps={n_steps}
            format={(value) => words.value.percent(accuracyFigure(value))}
            column={words.value.admin.accuracy}
          />
        )}
      </div>
    </Card>
  );
}
