/** How long each step of a prediction took, and takes as a rule. */

import { msFigure } from "../shared/figures";
import { words } from "../shared/language";
import { ChevronIcon } from "../shared/icons";
import { median, timingRows } from "./timings";
import { are_steps_open, timings } from "./state";

export function toggleSteps(): void {
  are_steps_open.value = !are_steps_open.value;
}

function StepsTable() {
  const w = words.value;
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
  const w = words.value;
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
