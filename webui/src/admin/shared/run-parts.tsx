/** Parts of runs that several views show: status, verdict, start, cancel. */

import { api } from "../../shared/api";
import { CheckIcon, CrossIcon } from "../../shared/icons";
import { isOpen, type Run, type RunStatus, type Verdict } from "../../shared/shapes";
import { isAdmin, stats } from "../state";
import { adminWords } from "../words";
import { ActionNote } from "./parts";
import { useAction } from "./requests";
import { ruleSentence } from "./verdict-words";

const SIGNS: Record<RunStatus, string> = {
  queued: "…",
  running: "▸",
  promoted: "✓",
  held: "–",
  failed: "!",
  cancelled: "×",
};

export function RunStatusSign({ status }: { status: RunStatus }) {
  return (
    <span class={`run-status is-${status}`}>
      <span aria-hidden="true">{SIGNS[status]}</span> {adminWords.value.runStatus(status)}
    </span>
  );
}

export function VerdictRules({ verdict }: { verdict: Verdict }) {
  const w = adminWords.value;
  return (
    <ul class="rules" aria-label={w.rules}>
      {verdict.rules.map((rule) => (
        <li key={rule.name} class={rule.passed ? "rule is-passed" : "rule is-failed"}>
          {rule.passed ? <CheckIcon /> : <CrossIcon />}
          <span class="visually-hidden">{rule.passed ? w.rulePassed : w.ruleFailed}: </span>
          <span>{ruleSentence(rule)}</span>
        </li>
      ))}
    </ul>
  );
}

export function Retrain() {
  const w = adminWords.value;
  const action = useAction();
  if (!isAdmin.value) return null;
  const isRunning = isOpen(stats.value?.run ?? null);
  return (
    <div class="retrain">
      <button
        type="button"
        id="retrain"
        class="primary-button"
        aria-describedby="retrain-explained"
        disabled={isRunning || action.state.kind === "busy"}
        onClick={() =>
          action.run(async () => {
            await api.retrain();
            return w.retrainAsked;
          })
        }
      >
        {w.retrain}
      </button>
      <p class="hint" id="retrain-explained">
        {w.retrainExplained}
      </p>
      {action.state.kind === "failed" && <ActionNote state={action.state} />}
    </div>
  );
}

export function CancelRun({ run }: { run: Run }) {
  const w = adminWords.value;
  const action = useAction();
  if (run.cancel_requested) return <p class="quiet">{w.cancelAsked}</p>;
  return (
    <div class="button-row">
      <button
        type="button"
        id="cancel-run"
        class="plain-button"
        disabled={action.state.kind === "busy"}
        onClick={() =>
          action.run(async () => {
            await api.cancelRun(run.id);
            return w.cancelAsked;
          })
        }
      >
        {w.cancelRun}
      </button>
      <ActionNote state={action.state} />
    </div>
  );
}
