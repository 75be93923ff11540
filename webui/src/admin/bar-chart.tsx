/** Bars with a finding as their title, and the same figures as a table for whoever wants those. */

import { words } from "../i18n/language";

export interface BarDatum {
  key: string;
  label: string;
  n: number;
  /** A role of tokens.css; the accent when there is none. */
  colour?: string;
}

interface BarChartProps {
  id: string;
  title: string;
  finding: string;
  /** What a row of the table is. */
  unit: string;
  data: readonly BarDatum[];
  /** "across": one line for each, label on the left. "up": columns side by side. */
  direction: "up" | "across";
  /** Columns too narrow for words and figures: the first and the last are named below. */
  has_few_labels?: boolean;
}

function scale(axis: "X" | "Y", n: number, most: number): string {
  return `scale${axis}(${most === 0 ? 0 : n / most})`;
}

export function BarChart(props: BarChartProps) {
  const { id, title, finding, unit, data, direction, has_few_labels = false } = props;
  const w = words.value.admin;
  const most = Math.max(0, ...data.map(({ n }) => n));
  const axis = direction === "up" ? "Y" : "X";
  return (
    <figure class="chart" id={id}>
      <figcaption>
        <span class="chart-title">{title}</span>
        <strong>{finding}</strong>
      </figcaption>
      <div class={`chart-bars is-${direction}`} aria-hidden="true">
        {data.map(({ key, label, n, colour = "var(--accent)" }) => (
          <div key={key} class="chart-bar" title={`${label}: ${n}`}>
            {!has_few_labels && <span class="chart-figure">{n}</span>}
            <span class="chart-space">
              <span
                class="chart-fill"
                style={{ background: colour, transform: scale(axis, n, most) }}
              />
            </span>
            {!has_few_labels && <span class="chart-label">{label}</span>}
          </div>
        ))}
      </div>
      {has_few_labels && (
        <p class="chart-ends" aria-hidden="true">
          <span>{data[0]?.label}</span>
          <span>{data.at(-1)?.label}</span>
        </p>
      )}
      <details>
        <summary>{w.as_table}</summary>
        <table class="figures-table">
          <caption class="visually-hidden">{title}</caption>
          <thead>
            <tr>
              <th scope="col">{unit}</th>
              <th scope="col">{w.count}</th>
            </tr>
          </thead>
          <tbody>
            {data.map(({ key, label, n }) => (
              <tr key={key}>
                <th scope="row">{label}</th>
                <td>{n}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
