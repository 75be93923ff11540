/** Every attempt to train, newest first, and what came of each. */

import { useCallback } from "preact/hooks";
import { isOpen } from "../../contract";
import { words } from "../../shared/language";
import { runs_words } from "./words";
import { is_admin, news_key } from "../state";
import { Link, Show } from "../shared/parts";
import { Moment, ShowMore, useMore } from "../shared/tables";
import { Retrain, RunStatusSign } from "../shared/run-parts";
import { useLoaded } from "../shared/requests";
import { runs_api, type ListedRun } from "./calls";

function learnedWords({ n_new, n_drawings }: ListedRun): string {
  const w = runs_words.value;
  if (n_new === null || n_drawings === null) return "";
  return n_drawings === 0 ? w.mnist_alone : w.n_drawings(n_new, n_drawings);
}

function Row({ run }: { run: ListedRun }) {
  const w = runs_words.value;
  const admin = words.value.admin;
  const { version } = run;
  const learned = learnedWords(run);
  const made = version === null ? "" : words.value.version(version);
  const sentence = run.verdict?.sentence ?? run.message ?? made;
  return (
    <li class="run-item" data-run={run.id}>
      <Link view="runs" part={String(run.id)} class="run-item-link">
        {admin.run_number(run.id)}
      </Link>
      <RunStatusSign status={run.status} />
      <span class="run-item-sentence">
        {isOpen(run) && run.status === "running" ? admin.phase(run.phase) : sentence}
      </span>
      <span class="run-item-facts">
        <Moment at={run.queued_at} /> · {run.asked_by ?? w.by_name(run.requested_by)}
        {learned !== "" && ` · ${learned}`}
      </span>
    </li>
  );
}

function leadOf(items: readonly ListedRun[]): string {
  const w = runs_words.value;
  const [newest] = items;
  if (newest === undefined) return w.list_none;
  const { id, status } = newest;
  if (isOpen(newest)) return w.list_open(id);
  return w.list_last(id, words.value.admin.run_status(status));
}

export function RunsList() {
  const w = runs_words.value;
  const load = useCallback(() => runs_api.list(null), []);
  const loaded = useLoaded(load, news_key.value);
  const more = useMore(loaded, runs_api.list);

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
          {is_admin.value && (
            <p>
              <Link view="runs" part="webhook" id="to-webhook">
                {w.notify_link}
              </Link>
            </p>
          )}
        </>
      )}
    </Show>
  );
}
