/** The live version and why, the outcome of the last run, and the queues. */

import { accuracyFigure } from "../../shared/figures";
import { languageTag } from "../../shared/language";
import { agoOf, whenOf } from "../../shared/when";
import { words } from "../../shared/words";
import { runMessage } from "../shared/failure-words";
import { plotFormats } from "../shared/figures";
import { Card, Link } from "../shared/parts";
import { RunStatusSign } from "../shared/run-parts";
import { verdictSentence } from "../shared/verdict-words";
import { adminWords } from "../words";
import type { Live, OverviewFigures, Queues } from "./calls";
import { overviewWords } from "./words";

function moment(iso: string): string {
  const format = { dateStyle: "medium", timeStyle: "short" } as const;
  return new Intl.DateTimeFormat(languageTag.value, format).format(new Date(iso));
}

function LiveCard({ live, accuracy }: { live: Live | null; accuracy: number | null }) {
  const w = overviewWords.value;
  if (live === null) {
    return (
      <Card title={w.live} id="live">
        <p class="quiet">{w.liveNone}</p>
      </Card>
    );
  }
  const ago = words.value.ago(agoOf(live.since, new Date(), languageTag.value));
  return (
    <Card title={w.live} id="live">
      <p class="live-line">
        <Link view="models" part={String(live.version)} class="live-version">
          {adminWords.value.version} {live.version}
        </Link>
        {accuracy !== null && (
          <span>
            <strong>{words.value.percent(accuracyFigure(accuracy))}</strong> {w.testDigits}
          </span>
        )}
      </p>
      <dl class="now-facts">
        <dt>{w.since}</dt>
        <dd>
          <time dateTime={live.since}>{moment(live.since)}</time>
          <span class="quiet"> · {ago}</span>
        </dd>
        <dt>{w.why}</dt>
        <dd>{live.verdict === null ? live.why : verdictSentence(live.verdict)}</dd>
        <dt>{w.by}</dt>
        <dd>
          {live.by_name ?? w.byWhom(live.by)} <span class="quiet">· {w.way(live.kind)}</span>
        </dd>
      </dl>
    </Card>
  );
}

function LastRunCard({ run, isOpen }: { run: OverviewFigures["last_run"]; isOpen: boolean }) {
  const w = overviewWords.value;
  return (
    <Card title={w.lastVerdict} id={isOpen ? "last-run" : "run-card"}>
      {run === null ? (
        <p class="quiet">{w.lastRunNone}</p>
      ) : (
        <>
          <p class="run-line">
            <strong>{adminWords.value.runNumber(run.id)}</strong>
            <RunStatusSign status={run.status} />
            <span class="quiet">
              {words.value.ago(
                agoOf(run.finished_at ?? run.queued_at, new Date(), languageTag.value),
              )}
            </span>
          </p>
          {run.verdict !== null && (
            <p class="verdict" id="verdict">
              {verdictSentence(run.verdict)}
            </p>
          )}
          {run.message !== null && <p class="run-message">{runMessage(run)}</p>}
          <p>
            <Link view="runs" part={String(run.id)}>
              {w.wholeRun}
            </Link>
          </p>
        </>
      )}
    </Card>
  );
}

function WaitingCard({ queues, nextRunAt }: { queues: Queues; nextRunAt: string | null }) {
  const w = overviewWords.value;
  const { n_to_review, is_exact, n_quarantined, n_new, min_new_drawings } = queues;
  const { number } = plotFormats(languageTag.value);
  const when = nextRunAt === null ? null : whenOf(nextRunAt, new Date(), languageTag.value);
  return (
    <Card title={w.waiting} id="waiting">
      <dl class="queues">
        <div>
          <dt>{w.newDrawings}</dt>
          <dd id="n-new" class="queue-figure">
            {number(n_new)}
          </dd>
          <dd>
            <progress
              max={Math.max(1, min_new_drawings)}
              value={Math.min(n_new, Math.max(1, min_new_drawings))}
              aria-label={w.newDrawings}
            />
            <span class="quiet">{w.newOf(n_new, min_new_drawings)}</span>
          </dd>
        </div>
        <div>
          <dt>{w.toReview}</dt>
          <dd id="n-to-review" class="queue-figure">
            <Link view="review">{is_exact ? number(n_to_review) : w.moreThan(n_to_review)}</Link>
          </dd>
          <dd class="quiet">{w.nChecked(n_quarantined)}</dd>
        </div>
        <div>
          <dt>{w.nextRun}</dt>
          <dd id="next-run">
            <Link view="schedule">{when === null ? w.nextNone : words.value.when(when)}</Link>
          </dd>
        </div>
      </dl>
    </Card>
  );
}

interface NowProps {
  figures: OverviewFigures;
  accuracy: number | null;
  nextRunAt: string | null;
  isOpen: boolean;
}

export function Now({ figures, accuracy, nextRunAt, isOpen }: NowProps) {
  return (
    <div class="now">
      <LiveCard live={figures.live} accuracy={accuracy} />
      <LastRunCard run={figures.last_run} isOpen={isOpen} />
      <WaitingCard queues={figures.queues} nextRunAt={nextRunAt} />
    </div>
  );
}
