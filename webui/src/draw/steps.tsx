/** How long each step of a prediction takes, the network included. */

import type { Step } from "../shared/shapes";
import { msFigure } from "../shared/figures";
import { ChevronIcon } from "../shared/icons";
import { are_steps_open, timings } from "./state";
import { drawWords } from "./words";

export interface Timing {
  steps: Step[];
  total_ms: number;
}

interface TimingRow {
  name: string;
  last_ms: number;
  median_ms: number;
}

const N_KEPT = 200; // readings; the median of more would hardly move

/** The server's steps, and what is left of the whole time: the way there and back ("way"). */
export function timingOf(steps: readonly Step[], total_ms: number): Timing {
  const on_server = steps.reduce((sum, step) => sum + step.ms, 0);
  const way = { name: "way", ms: Math.max(0, total_ms - on_server) };
  return { steps: [...steps, way], total_ms };
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
    return { name: step.name, last_ms: step.ms, median_ms: median(all.map(({ ms }) => ms)) };
  });
}

function toggleSteps(): void {
  are_steps_open.value = !are_steps_open.value;
}

function StepsTable() {
  const w = drawWords.value;
  const all = timings.value;
  const newest = all.at(-1);
  if (newest === undefined) return <p class="quiet">{w.no_steps}</p>;
  const totals = all.map(({ total_ms }) => total_ms);
  return (
    <table class="steps-table">
      <thead>
        <tr>
          <th scope="col">{w.step}</th>
          <th scope="col" class="figure">
            {w.last}
          </th>
          <th scope="col" class="figure">
            {w.median_of(all.length)}
          </th>
        </tr>
      </thead>
      <tbody>
        {timingRows(all).map(({ name, last_ms, median_ms }) => (
          <tr key={name}>
            <th scope="row">{w.step_name(name)}</th>
            <td class="figure">{w.milliseconds(msFigure(last_ms))}</td>
            <td class="figure">{w.milliseconds(msFigure(median_ms))}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{w.total}</th>
          <td class="figure">{w.milliseconds(msFigure(newest.total_ms))}</td>
          <td class="figure">{w.milliseconds(msFigure(median(totals)))}</td>
        </tr>
      </tfoot>
    </table>
  );
}

export function StepsPanel() {
  const w = drawWords.value;
  const is_open = are_steps_open.value;
  const newest = timings.value.at(-1);
  return (
    <section class="steps" aria-label={w.steps_title}>
      <button
        type="button"
        id="steps"
        class="steps-toggle"
        aria-expanded={is_open}
        aria-controls="steps-panel"
        onClick={toggleSteps}
      >
        <ChevronIcon />
        {w.steps}
        {newest !== undefined && (
          <span class="figure">{w.milliseconds(msFigure(newest.total_ms))}</span>
        )}
      </button>
      <div id="steps-panel" class="steps-panel" hidden={!is_open}>
        <StepsTable />
        <button
          type="button"
          id="clear-steps"
          class="quiet-button"
          onClick={() => (timings.value = [])}
        >
          {w.clear_steps}
        </button>
      </div>
    </section>
  );
}
