/** Runs: every attempt to train, and what came of it. */

import { useCallback } from "preact/hooks";
import { api } from "../api";
import type { Run } from "../contract";
import { languageTag, words } from "../i18n/language";
import { agoOf } from "../when";
import { news_key } from "./admin-state";
import { Show } from "./parts";
import { Retrain } from "./retrain";
import { RunStatusSign } from "./run-status";
import { useLoaded } from "./use-loaded";
import { VerdictRules } from "./verdict";

function secondsTaken({ started_at, finished_at }: Run): number | null {
  if (started_at === null || finished_at === null) return null;
  return Math.round((new Date(finished_at).getTime() - new Date(started_at).getTime()) / 1000);
}

function RunFacts({ run }: { run: Run }) {
  const w = words.value;
  const taken = secondsTaken(run);
  const ago = agoOf(run.queued_at, new Date(), languageTag.value);
  return (
    <dl class="run-facts">
      <div>
        <dt>{w.admin.asked}</dt>
        <dd>
          {w.ago(ago)} · {w.admin.requested_by(run.requested_by)}
        </dd>
      </div>
      {taken !== null && (
        <div>
          <dt>{w.admin.took}</dt>
          <dd>{w.admin.seconds(taken)}</dd>
        </div>
      )}
      {run.n_new !== null && run.n_drawings !== null && (
        <div>
          <dt>{w.admin.learned_from}</dt>
          <dd>{w.admin.n_new_of(run.n_new, run.n_drawings)}</dd>
        </div>
      )}
    </dl>
  );
}

function RunRow({ run }: { run: Run }) {
  const w = words.value.admin;
  const sentence = run.verdict?.sentence ?? run.message ?? "";
  return (
    <li>
      <details class="run-row">
        <summary>
          <strong>{w.run_number(run.id)}</strong>
          <RunStatusSign status={run.status} />
          <span class="run-row-sentence">{sentence}</span>
        </summary>
        <RunFacts run={run} />
        {run.verdict === null ? (
          <p class="quiet">{run.message ?? w.no_verdict}</p>
        ) : (
          <VerdictRules verdict={run.verdict} />
        )}
      </details>
    </li>
  );
}

export function Runs() {
  const w = words.value.admin;
  const load = useCallback(() => api.runs(), []);
  const loaded = useLoaded(load, news_key.value);
  return (
    <>
      <div class="lead">
        <h1>{w.runs}</h1>
        <Retrain />
      </div>
      <Show loaded={loaded}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="quiet">{w.none_run}</p>
          ) : (
            <ul class="run-rows" id="runs">
              {items.map((run) => (
                <RunRow key={run.id} run={run} />
              ))}
            </ul>
          )
        }
      </Show>
    </>
  );
}
