/** One run: its progress or outcome, and the drawings it learned from. */

import { useCallback, useEffect, useState } from "preact/hooks";
import { isOpen } from "../../shared/shapes";
import { Link, Show } from "../shared/parts";
import { useLoaded } from "../shared/requests";
import { CancelRun, RunStatusSign } from "../shared/run-parts";
import { Moment } from "../shared/tables";
import { isAdmin, newsKey, stats } from "../state";
import { adminWords } from "../words";
import { type RunInFull, runsApi } from "./calls";
import { RunCurves } from "./curves";
import { RunDrawingsCard } from "./drawings";
import { RunLog, RunSteps } from "./progress";
import { RunAdvice } from "./verdict";
import { runsWords } from "./words";

const SILENT_SECONDS = 20;
const LONG_WAIT_SECONDS = 15;
const BEAT_MS = 1_000;

function leftWords({ time_left }: RunInFull): string {
  const w = runsWords.value;
  if (time_left === null) return "";
  return time_left.is_whole ? w.leftWhole(time_left.seconds) : w.leftPhase(time_left.seconds);
}

function leadOf(run: RunInFull): string {
  const w = runsWords.value;
  switch (run.status) {
    case "queued":
      return w.leadQueued(run.id);
    case "running":
      return w.leadRunning(run.id, leftWords(run));
    case "promoted":
      return w.leadPromoted(run.id, run.version);
    case "held":
      return w.leadHeld(run.id, run.version);
    case "failed":
      return w.leadFailed(run.id);
    case "cancelled":
      return w.leadCancelled(run.id);
  }
}

function secondsSince(moment: string): number {
  return Math.max(0, Math.round((Date.now() - new Date(moment).getTime()) / 1000));
}

/** A note while the run waits or its trainer is silent. */
function Stillness({ run }: { run: RunInFull }) {
  const w = runsWords.value;
  if (run.status === "queued" && secondsSince(run.queued_at) > LONG_WAIT_SECONDS) {
    return <p class="banner">{w.waitingLong}</p>;
  }
  const silent = run.progress_at === null ? 0 : secondsSince(run.progress_at);
  if (run.status === "running" && silent > SILENT_SECONDS) {
    return <p class="banner">{w.silent(silent)}</p>;
  }
  if (run.status === "running" && run.time_left === null) {
    return <p class="quiet">{w.leftUnknown}</p>;
  }
  return null;
}

function Facts({ run }: { run: RunInFull }) {
  const w = runsWords.value;
  const admin = runsWords.value;
  const { started_at, finished_at, base_version, n_attempts } = run;
  const wasResumed = run.lines.some(({ name }) => name === "resumed");
  const taken =
    started_at === null || finished_at === null
      ? null
      : (new Date(finished_at).getTime() - new Date(started_at).getTime()) / 1000;
  return (
    <dl class="run-facts" id="run-facts">
      <div>
        <dt>{w.when}</dt>
        <dd>
          <Moment at={run.queued_at} />
        </dd>
      </div>
      <div>
        <dt>{w.by}</dt>
        <dd>{run.asked_by ?? w.byName(run.requested_by)}</dd>
      </div>
      {run.n_drawings !== null && (
        <div>
          <dt>{w.from}</dt>
          <dd>{base_version === null ? w.fromNothing : w.fromVersion(base_version)}</dd>
        </div>
      )}
      {taken !== null && (
        <div>
          <dt>{admin.took}</dt>
          <dd>{admin.seconds(Math.round(taken))}</dd>
        </div>
      )}
      {wasResumed && (
        <div id="resumed">
          <dt>
            {w.attempts}: {n_attempts}
          </dt>
          <dd>{w.resumed}</dd>
        </div>
      )}
    </dl>
  );
}

function Shown({ run }: { run: RunInFull }) {
  const isRunOpen = isOpen(run);
  return (
    <>
      <div class="lead">
        <h1 id="lead">{leadOf(run)}</h1>
        <p id="run-status" data-status={run.status}>
          <RunStatusSign status={run.status} />
        </p>
      </div>
      {isRunOpen && <Stillness run={run} />}
      {!isRunOpen && <RunAdvice run={run} />}
      <RunSteps run={run} />
      {isRunOpen && isAdmin.value && <CancelRun run={run} />}
      <Facts run={run} />
      <RunCurves run={run} />
      <RunLog run={run} />
      {run.n_drawings !== null && <RunDrawingsCard run={run} />}
    </>
  );
}

export function RunPage({ id }: { id: number }) {
  const load = useCallback(() => runsApi.run(id), [id]);
  const [nBeats, setBeats] = useState(0);
  const loaded = useLoaded(load, `${newsKey.value} ${stats.value?.run?.phase ?? ""} ${nBeats}`);
  const isRunOpen = loaded.kind === "ready" && isOpen(loaded.value);
  // Reload by time too: the log and the heartbeat change between steps.
  useEffect(() => {
    if (!isRunOpen) return;
    const timer = setInterval(() => setBeats((n) => n + 1), BEAT_MS);
    return () => clearInterval(timer);
  }, [isRunOpen]);
  return (
    <>
      <Link view="runs" id="all-runs">
        {runsWords.value.back}
      </Link>
      {loaded.kind !== "ready" && (
        <div class="lead">
          <h1>{adminWords.value.runNumber(id)}</h1>
        </div>
      )}
      <Show loaded={loaded}>{(run) => <Shown run={run} />}</Show>
    </>
  );
}
