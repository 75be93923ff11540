/** How long each step of a prediction takes, the network included. */

import { msFigure } from "../shared/formats";
import { ChevronIcon } from "../shared/icons";
import type { Step } from "../shared/shapes";
import { areStepsOpen, timings } from "./state";
import { drawWords } from "./words";

export interface Timing {
  steps: Step[];
  totalMs: number;
}

interface TimingRow {
  name: string;
  lastMs: number;
  medianMs: number;
}

const N_KEPT = 200; // readings; the median of more would hardly move

/** The server's steps, and the rest of the total as the step "way": the network round trip. */
export function timingOf(steps: readonly Step[], totalMs: number): Timing {
  const onServer = steps.reduce((sum, step) => sum + step.ms, 0);
  const way = { name: "way", ms: Math.max(0, totalMs - onServer) };
  return { steps: [...steps, way], totalMs };
}

export function withTiming(timings: readonly Timing[], timing: Timing): Timing[] {
  return [...timings, timing].slice(-N_KEPT);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** The steps of the newest reading, each beside its median over all that are kept. */
export function timingRows(timings: readonly Timing[]): TimingRow[] {
  const newest = timings.at(-1);
  if (newest === undefined) return [];
  return newest.steps.map((step) => {
    const all = timings.flatMap((one) => one.steps.filter(({ name }) => name === step.name));
    return { name: step.name, lastMs: step.ms, medianMs: median(all.map(({ ms }) => ms)) };
  });
}

function toggleSteps(): void {
  areStepsOpen.value = !areStepsOpen.value;
}

function StepsTable() {
  const w = drawWords.value;
  const all = timings.value;
  const newest = all.at(-1);
  if (newest === undefined) return <p class="quiet">{w.noSteps}</p>;
  const totals = all.map(({ totalMs }) => totalMs);
  return (
    <table class="steps-table">
      <thead>
        <tr>
          <th scope="col">{w.step}</th>
          <th scope="col" class="figure">
            {w.last}
          </th>
          <th scope="col" class="figure">
            {w.medianOf(all.length)}
          </th>
        </tr>
      </thead>
      <tbody>
        {timingRows(all).map(({ name, lastMs, medianMs }) => (
          <tr key={name}>
            <th scope="row">{w.stepName(name)}</th>
            <td class="figure">{w.milliseconds(msFigure(lastMs))}</td>
            <td class="figure">{w.milliseconds(msFigure(medianMs))}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{w.total}</th>
          <td class="figure">{w.milliseconds(msFigure(newest.totalMs))}</td>
          <td class="figure">{w.milliseconds(msFigure(median(totals)))}</td>
        </tr>
      </tfoot>
    </table>
  );
}

export function StepsPanel() {
  const w = drawWords.value;
  const isOpen = areStepsOpen.value;
  const newest = timings.value.at(-1);
  return (
    <section class="steps" aria-label={w.stepsTitle}>
      <button
        type="button"
        id="steps"
        class="steps-toggle"
        aria-expanded={isOpen}
        aria-controls="steps-panel"
        onClick={toggleSteps}
      >
        <ChevronIcon />
        {w.steps}
        {newest !== undefined && (
          <span class="figure">{w.milliseconds(msFigure(newest.totalMs))}</span>
        )}
      </button>
      <div id="steps-panel" class="steps-panel" hidden={!isOpen}>
        <StepsTable />
        <button
          type="button"
          id="clear-steps"
          class="quiet-button"
          onClick={() => (timings.value = [])}
        >
          {w.clearSteps}
        </button>
      </div>
    </section>
  );
}
