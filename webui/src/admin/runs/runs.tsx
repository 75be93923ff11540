/** Runs: the list; the address may name one run or the webhook. */

import type { VNode } from "preact";
import { useCallback } from "preact/hooks";
import { isOpen, type Run } from "../../shared/shapes";
import { words } from "../../shared/words";
import { runMessage } from "../shared/failure-words";
import { Link, Show } from "../shared/parts";
import { useLoaded } from "../shared/requests";
import { Retrain, RunStatusSign } from "../shared/run-parts";
import { Moment, ShowMore, useMore } from "../shared/tables";
import { verdictSentence } from "../shared/verdict-words";
import { isAdmin, newsKey, route } from "../state";
import { adminWords } from "../words";
import { runsApi } from "./calls";
import { RunPage } from "./run";
import { WebhookPage } from "./webhook";
import { runsWords } from "./words";
import "../people/styles.css";
import "./styles.css";

function learnedWords({ n_new, n_drawings }: Run): string {
  const w = runsWords.value;
  if (n_new === null || n_drawings === null) return "";
  return n_drawings === 0 ? w.mnistAlone : w.nDrawings(n_new, n_drawings);
}

function Row({ run }: { run: Run }) {
  const w = runsWords.value;
  const admin = adminWords.value;
  const { version } = run;
  const learned = learnedWords(run);
  const made = version === null ? "" : words.value.version(version);
  const verdict = run.verdict === null ? null : verdictSentence(run.verdict);
  const sentence = verdict ?? runMessage(run) ?? made;
  return (
    <li class="run-item" data-run={run.id}>
      <Link view="runs" part={String(run.id)} class="run-item-link">
        {admin.runNumber(run.id)}
      </Link>
      <RunStatusSign status={run.status} />
      <span class="run-item-sentence">
        {isOpen(run) && run.status === "running" ? words.value.phase(run.phase) : sentence}
      </span>
      <span class="run-item-facts">
        <Moment at={run.queued_at} /> · {run.asked_by ?? w.byName(run.requested_by)}
        {learned !== "" && ` · ${learned}`}
      </span>
    </li>
  );
}

function leadOf(items: readonly Run[]): string {
  const w = runsWords.value;
  const [newest] = items;
  if (newest === undefined) return w.listNone;
  const { id, status } = newest;
  if (isOpen(newest)) return w.listOpen(id);
  return w.listLast(id, adminWords.value.runStatus(status));
}

function RunsList() {
  const w = runsWords.value;
  const load = useCallback(() => runsApi.list(null), []);
  const loaded = useLoaded(load, newsKey.value);
  const more = useMore(loaded, runsApi.list);

  return (
    <Show loaded={loaded}>
      {({ items }) => (
        <>
          <div class="lead">
            <h1 id="lead">{leadOf(items)}</h1>
            <Retrain />
          </div>
          {items.length > 0 && (
            <ul class="run-list" id="runs">
              {[...items, ...more.items].map((run) => (
                <Row key={run.id} run={run} />
              ))}
            </ul>
          )}
          <ShowMore more={more} />
          {isAdmin.value && (
            <p>
              <Link view="runs" part="webhook" id="to-webhook">
                {w.notifyLink}
              </Link>
            </p>
          )}
        </>
      )}
    </Show>
  );
}

/** `7` is one run, `webhook` the notification, nothing the list. */
export default function RunsPage(): VNode {
  const w = runsWords.value;
  const part = route.value.kind === "view" ? route.value.part : "";
  if (part === "") return <RunsList />;
  if (part === "webhook") return <WebhookPage />;
  if (/^\d{1,15}$/.test(part)) return <RunPage key={part} id={Number(part)} />;
  return (
    <>
      <h1>{w.noSuch}</h1>
      <p>
        <Link view="runs">{w.back}</Link>
      </p>
    </>
  );
}
