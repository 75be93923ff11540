/** The run that is under way, or the last one: progress, figures, verdict rule by rule. */

import { isOpen, type Run } from "../../contract";
import { accuracyFigure, runPercent } from "../../shared/figures";
import { languageTag, words } from "../../shared/language";
import { agoOf } from "../../shared/when";
import { is_admin } from "../state";
import { Card, Link } from "../shared/parts";
import { RunCurve } from "./run-curve";
import { CancelRun, RunStatusSign, VerdictRules } from "../shared/run-parts";

function Progress({ run }: { run: Run }) {
  const w = words.value.admin;
  const percent = runPercent(run);
  const steps =
    run.step !== null && run.n_steps !== null ? ` · ${w.step_of(run.step, run.n_steps)}` : "";
  const words_now = run.status === "queued" ? w.run_status("queued") : w.phase(run.phase);
  return (
    <div class="run-progress">
      <p id="run-phase">
        {words_now}
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
          <dt title={w.admin.loss_explained}>{w.admin.loss}</dt>
          <dd>{loss.toFixed(4)}</dd>
        </div>
      )}
      {accuracy !== null && (
        <div>
          <dt title={w.admin.accuracy_explained}>{w.admin.accuracy}</dt>
          <dd>{w.percent(accuracyFigure(accuracy))}</dd>
        </div>
      )}
    </dl>
  );
}

export function RunCard({ run }: { run: Run }) {
  const w = words.value;
  const is_open = isOpen(run);
  const ago = agoOf(run.finished_at ?? run.queued_at, new Date(), languageTag.value);
  return (
    <Card id="run-card" title={is_open ? w.admin.this_run : w.admin.last_run}>
      <p class="run-line">
        <strong>
          <Link view="runs" part={String(run.id)}>
            {w.admin.run_number(run.id)}
          </Link>
        </strong>
        <span id="run-status" data-status={run.status}>
          <RunStatusSign status={run.status} />
        </span>
        <span class="quiet">
          {w.admin.requested_by(run.requested_by)} · {w.ago(ago)}
        </span>
      </p>
      {is_open && <Progress run={run} />}
      <div class="run-measures">
        {is_open && <Figures run={run} />}
        <RunCurve run={run} />
      </div>
      {run.message !== null && <p class="run-message">{run.message}</p>}
      {run.verdict !== null && (
        <>
          <p class="verdict" id="verdict">
            {run.verdict.sentence}
          </p>
          <VerdictRules verdict={run.verdict} />
        </>
      )}
      {is_open && is_admin.value && <CancelRun run={run} />}
    </Card>
  );
}
