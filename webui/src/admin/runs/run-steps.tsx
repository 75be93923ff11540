/** The phases of a run as steps: done, now, to come; each with what it took. */

import { runPercent } from "../../shared/figures";
import { runs_words } from "./words";
import type { RunInFull } from "./calls";
import { PHASES, stepStates, type StepState } from "./steps";

const SIGNS: Record<StepState, string> = { done: "✓", now: "▸", ahead: "", stopped: "!" };

export function RunSteps({ run }: { run: RunInFull }) {
  const w = runs_words.value;
  const states = stepStates(run.status, run.phase);
  const said: Record<StepState, string> = {
    done: w.step_done,
    now: w.step_now,
    ahead: w.step_ahead,
    stopped: w.step_stopped,
  };
  const percent = runPercent(run);
  return (
    <ol class="run-steps" id="run-steps" aria-label={w.steps}>
      {PHASES.map((phase, index) => {
        const state = states[index] ?? "ahead";
        const seconds = run.phases.find((one) => one.phase === phase)?.seconds;
        const is_now = state === "now";
        return (
          <li
            key={phase}
            class={`run-step is-${state}`}
            aria-current={is_now ? "step" : undefined}
            data-phase={phase}
          >
            <span class="run-step-sign" aria-hidden="true">
              {SIGNS[state]}
            </span>
            <span class="run-step-name">{w.step(phase)}</span>
            <span class="visually-hidden">{said[state]}</span>
            <span class="run-step-figure">
              {is_now && percent !== null && `${w.percent_of_step(percent)} · `}
              {seconds !== undefined && w.step_seconds(seconds)}
            </span>
            {is_now && (
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
