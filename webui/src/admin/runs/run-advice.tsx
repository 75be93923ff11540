/** What came of a run, why, and what to do now, with the ways there. */

import { words } from "../../shared/language";
import { runs_words } from "./words";
import { Card, Link } from "../shared/parts";
import { Retrain } from "../shared/run-parts";
import type { RunInFull } from "./calls";
import { VerdictTable } from "./verdict-table";

function Ways({ run }: { run: RunInFull }) {
  const w = runs_words.value;
  const { status, version, base_version, n_checking } = run;
  return (
    <p class="run-ways">
      {status === "held" && n_checking > 0 && (
        <Link view="drawings" query="status=quarantined" id="check-these">
          {w.check_these(n_checking)}
        </Link>
      )}
      {version !== null && (
        <Link view="models" part={String(version)} id="open-version">
          {w.open_version(version)}
        </Link>
      )}
      {version !== null && base_version !== null && (
        <Link view="models" part={`compare/${base_version}/${version}`}>
          {w.compare(base_version, version)}
        </Link>
      )}
    </p>
  );
}

/** Shown once the run is over. */
export function RunAdvice({ run }: { run: RunInFull }) {
  const w = runs_words.value;
  const { what_to_do, verdict, message, status, told } = run;
  const is_lost = status === "failed" || status === "cancelled";
  return (
    <>
      <section class={`card run-end is-${status}`} id="run-end">
        {verdict !== null && (
          <p class="verdict" id="verdict">
            {verdict.sentence}
          </p>
        )}
        {status === "failed" && message !== null && (
          <>
            <h2>{w.happened}</h2>
            <p class="run-message">{message}</p>
          </>
        )}
        {what_to_do !== null && (
          <>
            <h2>{w.what_now}</h2>
            <p id="what-to-do">{what_to_do}</p>
          </>
        )}
        <Ways run={run} />
        {is_lost && <Retrain />}
        {told !== null && (
          <p class="quiet" id="told">
            {w.hook_told_run}: {told.sentence ?? w.hook_waiting}{" "}
            {told.is_waiting && told.outcome !== null && w.hook_again}
          </p>
        )}
      </section>
      {verdict !== null && (
        <Card id="run-verdict" title={verdict.passed ? w.verdict_passed : w.verdict_held}>
          <VerdictTable verdict={verdict} />
        </Card>
      )}
      {verdict === null && status === "promoted" && (
        <p class="quiet">{words.value.admin.no_verdict}</p>
      )}
    </>
  );
}
