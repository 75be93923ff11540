/** How far a run is, step by step, and its log. */

import { runPercent } from "../../shared/figures";
import { languageTag } from "../../shared/language";
import type { RunStatus } from "../../shared/shapes";
import { Card } from "../shared/parts";
import type { RunInFull } from "./calls";
import { lineSentence, phaseName } from "./sentences";
import { runsWords } from "./words";

export const PHASES = ["gather", "train", "evaluate", "gate", "export", "publish"] as const;

type StepState = "done" | "now" | "ahead" | "stopped";

/** A second candidate goes from the gate back to evaluation, and so does the progress. */
export function stepStates(status: RunStatus, phase: string | null): StepState[] {
  if (status === "promoted" || status === "held") return PHASES.map(() => "done");
  const place = PHASES.findIndex((one) => one === phase);
  const here: StepState = status === "running" ? "now" : status === "queued" ? "ahead" : "stopped";
  return PHASES.map((_, index) => {
    if (place < 0 || index > place) return "ahead";
    return index < place ? "done" : here;
  });
}

const SIGNS: Record<StepState, string> = { done: "✓", now: "▸", ahead: "", stopped: "!" };

export function RunSteps({ run }: { run: RunInFull }) {
  const w = runsWords.value;
  const states = stepStates(run.status, run.phase);
  const said: Record<StepState, string> = {
    done: w.stepDone,
    now: w.stepNow,
    ahead: w.stepAhead,
    stopped: w.stepStopped,
  };
  const percent = runPercent(run);
  return (
    <ol class="run-steps" id="run-steps" aria-label={w.steps}>
      {PHASES.map((phase, index) => {
        const state = states[index] ?? "ahead";
        const seconds = run.phases.find((one) => one.phase === phase)?.seconds;
        const isNow = state === "now";
        return (
          <li
            key={phase}
            class={`run-step is-${state}`}
            aria-current={isNow ? "step" : undefined}
            data-phase={phase}
          >
            <span class="run-step-sign" aria-hidden="true">
              {SIGNS[state]}
            </span>
            <span class="run-step-name">{phaseName(phase)}</span>
            <span class="visually-hidden">{said[state]}</span>
            <span class="run-step-figure">
              {isNow && percent !== null && `${w.percentOfStep(percent)} · `}
              {seconds !== undefined && w.stepSeconds(seconds)}
            </span>
            {isNow && (
              <span class="run-step-bar" aria-hidden="true">
                <span style={{ transform: `scaleX(${(percent ?? 0) / 100})` }} />
              </span>
            )}
          </li>
        );
      })}
    </ol>
  );
}

export function RunLog({ run }: { run: RunInFull }) {
  const w = runsWords.value;
  const clock = new Intl.DateTimeFormat(languageTag.value, {
    timeStyle: "medium",
    hourCycle: "h23",
  });
  return (
    <Card id="run-log" title={w.log}>
      {run.lines.length === 0 ? (
        <p class="quiet">{w.logNone}</p>
      ) : (
        // Focus lets the keyboard scroll it where it is longer than its place.
        <div class="run-log" role="group" aria-label={w.log} tabIndex={0}>
          <ol>
            {run.lines.map((line, index) => (
              <li key={index} class={`run-line-${line.name}`}>
                <time dateTime={line.at}>{clock.format(new Date(line.at))}</time>
                <span>{lineSentence(line)}</span>
              </li>
            ))}
          </ol>
        </div>
      )}
    </Card>
  );
}
