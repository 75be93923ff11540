/** Models: every version with its scores, and the rollback. */

import type { VNode } from "preact";
import { useCallback, useState } from "preact/hooks";
import { api } from "../../shared/api";
import { Dialog } from "../../shared/dialog";
import { accuracyFigure } from "../../shared/figures";
import { languageTag } from "../../shared/language";
import type { Model, Score } from "../../shared/shapes";
import { agoOf } from "../../shared/when";
import { words } from "../../shared/words";
import { ActionNote, Field, Link, Show } from "../shared/parts";
import { type Action, useAction, useLoaded } from "../shared/requests";
import { verdictSentence } from "../shared/verdict-words";
import { isAdmin, newsKey, route } from "../state";
import { adminWords } from "../words";
import { ComparePage } from "./compare";
import { LineagePicture } from "./lineage";
import { VersionPage } from "./version";
import { versionsWords } from "./words";
import "./styles.css";

function accuracyOf(score: Score | undefined): string {
  const accuracy = score?.accuracy ?? null;
  return accuracy === null ? "–" : words.value.percent(accuracyFigure(accuracy));
}

function rightOf(score: Score | undefined): string {
  return score === undefined || score.n === 0 ? "–" : `${score.n_correct} / ${score.n}`;
}

function ModelRow({ model }: { model: Model }) {
  const w = words.value;
  const { version, status, is_anchor, scores, promoted_at, verdict } = model;
  return (
    <tr class={status === "live" ? "is-live" : ""}>
      <th scope="row">
        <Link view="models" part={String(version)}>
          {version}
        </Link>
        <span class={`tag is-${status}`}>{versionsWords.value.modelStatus(status)}</span>
        {is_anchor && (
          <span class="tag" title={versionsWords.value.anchorExplained}>
            {versionsWords.value.anchorName}
          </span>
        )}
      </th>
      <td class="figure">{accuracyOf(scores.mnist_test)}</td>
      <td class="figure">{rightOf(scores.holdout_known)}</td>
      <td class="figure">{rightOf(scores.holdout_new)}</td>
      <td>
        {promoted_at === null ? "–" : w.ago(agoOf(promoted_at, new Date(), languageTag.value))}
      </td>
      <td class="verdict-cell">{verdict === null ? "–" : verdictSentence(verdict)}</td>
    </tr>
  );
}

function ModelTable({ models }: { models: readonly Model[] }) {
  const w = versionsWords.value;
  return (
    // Focus lets the keyboard scroll it where it is wider than the page.
    <div class="table-space" tabIndex={0} role="region" aria-label={w.leadNone}>
      <table class="models-table" id="models">
        <thead>
          <tr>
            <th scope="col">{adminWords.value.version}</th>
            <th scope="col">{w.testAccuracy}</th>
            <th scope="col">{w.examKnown}</th>
            <th scope="col">{w.examNew}</th>
            <th scope="col">{w.promotedAt}</th>
            <th scope="col">{w.verdict}</th>
          </tr>
        </thead>
        <tbody>
          {models.map((model) => (
            <ModelRow key={model.version} model={model} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RollbackProps {
  version: number;
  action: Action;
  onClose: () => void;
}

function RollbackDialog({ version, action, onClose }: RollbackProps) {
  const w = versionsWords.value;
  return (
    <Dialog title={w.rollback} onClose={onClose}>
      <form
        id="rollback-form"
        onSubmit={(event) => {
          event.preventDefault();
          const reason = new FormData(event.currentTarget).get("reason");
          action.run(async () => {
            const { version: live } = await api.rollback(typeof reason === "string" ? reason : "");
            return w.rollbackDone(live);
          });
          onClose();
        }}
      >
        <p>{w.rollbackLead(version)}</p>
        <Field id="reason" label={w.rollbackReason}>
          <input id="reason" name="reason" maxLength={500} required />
        </Field>
        <div class="button-row">
          <button class="danger-button">{w.rollbackButton}</button>
          <button type="button" class="plain-button" onClick={onClose}>
            {words.value.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Rollback({ models }: { models: readonly Model[] }) {
  const w = versionsWords.value;
  const action = useAction();
  const [isOpen, setOpen] = useState(false);
  const live = models.find(({ status }) => status === "live");
  const hasBefore = models.some(({ status }) => status === "retired");
  if (!isAdmin.value || live === undefined || !hasBefore) return null;
  const isBusy = action.state.kind === "busy";
  return (
    <div class="button-row">
      <button
        type="button"
        id="rollback"
        class="plain-button"
        disabled={isBusy}
        onClick={() => setOpen(true)}
      >
        {isBusy ? w.rollbackWait : w.rollback}
      </button>
      <ActionNote state={action.state} />
      {isOpen && (
        <RollbackDialog version={live.version} action={action} onClose={() => setOpen(false)} />
      )}
    </div>
  );
}

function leadOf(models: readonly Model[]): string {
  const live = models.find(({ status }) => status === "live");
  const accuracy = live?.scores.mnist_test?.accuracy ?? null;
  if (live === undefined || accuracy === null) return versionsWords.value.noChampion;
  return versionsWords.value.modelsLead(live.version, accuracyFigure(accuracy));
}

/** `7` is one version, `compare/3/7` two side by side, anything else all of them. */
export default function ModelsPage(): VNode {
  const part = route.value.kind === "view" ? route.value.part : "";
  const pair = /^compare\/(\d+)\/(\d+)$/.exec(part);
  if (pair !== null) return <ComparePage a={Number(pair[1])} b={Number(pair[2])} />;
  if (/^\d+$/.test(part)) return <VersionPage version={Number(part)} />;
  return <AllModels />;
}

function AllModels() {
  const w = versionsWords.value;
  const load = useCallback(() => api.models(), []);
  const loaded = useLoaded(load, newsKey.value);
  return (
    <Show loaded={loaded}>
      {({ items }) => (
        <>
          <div class="lead">
            <h1>{leadOf(items)}</h1>
          </div>
          {items.length === 0 ? (
            <p class="quiet">{w.noneModels}</p>
          ) : (
            <>
              <LineagePicture models={items} />
              <ModelTable models={items} />
            </>
          )}
          <p class="hint">
            {w.testAccuracyExplained} {w.anchorExplained}
          </p>
          <Rollback models={items} />
        </>
      )}
    </Show>
  );
}
