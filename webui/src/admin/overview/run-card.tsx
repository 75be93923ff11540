/** The current run, or the last one: progress, figures, verdict rule by rule. */

import { useCallback } from "preact/hooks";
import { api } from "../../shared/api";
import { accuracyFigure, runPercent } from "../../shared/figures";
import { languageTag } from "../../shared/language";
import { isOpen, type Run, type RunPoint } from "../../shared/shapes";
import { agoOf } from "../../shared/when";
import { words } from "../../shared/words";
import { runMessage } from "../shared/failure-words";
import { Card, Link } from "../shared/parts";
import { useLoaded } from "../shared/requests";
import { CancelRun, RunStatusSign, VerdictRules } from "../shared/run-parts";
import { verdictSentence } from "../shared/verdict-words";
import { isAdmin } from "../state";
import { adminWords } from "../words";
import { overviewWords } from "./words";

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

function RunCurve({ run }: { run: Run }) {
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
        <span class="chart-title">{overviewWords.value.curve}</span>{" "}
        <span class="figure">{said}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${overviewWords.value.curve}: ${said}`}
      >
        <polyline points={lineOf(points)} fill="none" stroke="currentColor" stroke-width="2" />
      </svg>
    </figure>
  );
}

function Progress({ run }: { run: Run }) {
  const w = overviewWords.value;
  const percent = runPercent(run);
  const steps =
    run.step !== null && run.n_steps !== null ? ` · ${w.stepOf(run.step, run.n_steps)}` : "";
  const wordsNow =
    run.status === "queued" ? adminWords.value.runStatus("queued") : words.value.phase(run.phase);
  return (
    <div class="run-progress">
      <p id="run-phase">
        {wordsNow}
        <span class="quiet">{steps}</span>
      </p>
      {percent === null ? (
        <progress aria-label={words.value.progress} max={100} />
      ) : (
        <progress aria-label={words.value.progress} max={100} value={percent} />
      )}
    </div>
  );
}

function Figures({ run }: { run: Run }) {
  const w = words.value;
  const { loss, accuracy } = run;
  if (loss === null && accuracy === null) return null;
  return (
    <dl class="run-figures">
      {loss !== null && (
        <div>
          <dt title={overviewWords.value.lossExplained}>{overviewWords.value.loss}</dt>
          <dd>{loss.toFixed(4)}</dd>
        </div>
      )}
      {accuracy !== null && (
        <div>
          <dt title={overviewWords.value.accuracyExplained}>{overviewWords.value.accuracy}</dt>
          <dd>{w.percent(accuracyFigure(accuracy))}</dd>
        </div>
      )}
    </dl>
  );
}

export function RunCard({ run }: { run: Run }) {
  const w = words.value;
  const isRunOpen = isOpen(run);
  const ago = agoOf(run.finished_at ?? run.queued_at, new Date(), languageTag.value);
  return (
    <Card
      id="run-card"
      title={isRunOpen ? overviewWords.value.thisRun : overviewWords.value.lastRun}
    >
      <p class="run-line">
        <strong>
          <Link view="runs" part={String(run.id)}>
            {adminWords.value.runNumber(run.id)}
          </Link>
        </strong>
        <span id="run-status" data-status={run.status}>
          <RunStatusSign status={run.status} />
        </span>
        <span class="quiet">
          {overviewWords.value.requestedBy(run.requested_by)} · {w.ago(ago)}
        </span>
      </p>
      {isRunOpen && <Progress run={run} />}
      <div class="run-measures">
        {isRunOpen && <Figures run={run} />}
        <RunCurve run={run} />
      </div>
      {run.message !== null && <p class="run-message">{runMessage(run)}</p>}
      {run.verdict !== null && (
        <>
          <p class="verdict" id="verdict">
            {verdictSentence(run.verdict)}
          </p>
          <VerdictRules verdict={run.verdict} />
        </>
      )}
      {isRunOpen && isAdmin.value && <CancelRun run={run} />}
    </Card>
  );
}
