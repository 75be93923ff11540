/** Confusion matrix of a version; each cell opens its digits. */

import { useCallback } from "preact/hooks";
import { InkCanvas } from "../../shared/ink";
import { DIGITS } from "../../shared/shapes";
import { words } from "../../shared/words";
import { Card, Show } from "../shared/parts";
import { useLoaded } from "../shared/requests";
import { query, stay } from "../state";
import { type Confusion, versionsApi } from "./calls";
import { versionsWords } from "./words";

function share(value: number | null | undefined): string {
  return value === null || value === undefined
    ? "–"
    : words.value.percent((value * 100).toFixed(2));
}

/** Colour depth of a wrong cell in percent, logarithmic, since most cells hold one or two. */
function heatOf(n: number, most: number): string {
  return `${Math.round(8 + (30 * Math.log1p(n)) / Math.log1p(most))}%`;
}

function Matrix({ confusion }: { confusion: Confusion }) {
  const w = versionsWords.value;
  const { rows, version } = confusion;
  const wrong = rows.flatMap((row, label) => row.filter((_, read) => read !== label));
  const most = Math.max(1, ...wrong);
  return (
    <div class="table-space" tabIndex={0} role="region" aria-label={w.matrix}>
      <table class="confusion" id="confusion">
        <thead>
          <tr>
            <th scope="col">{w.digit}</th>
            {DIGITS.map((read) => (
              <th key={read} scope="col">
                {read}
              </th>
            ))}
            <th scope="col">{w.precision}</th>
            <th scope="col">{w.recall}</th>
            <th scope="col">F1</th>
          </tr>
        </thead>
        <tbody>
          {DIGITS.map((label) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {DIGITS.map((read) => {
                const n = rows[label]?.[read] ?? 0;
                const kind = n === 0 ? "is-empty" : label === read ? "is-right" : "is-wrong";
                return (
                  <td
                    key={read}
                    class={kind}
                    style={kind === "is-wrong" ? { "--heat": heatOf(n, most) } : {}}
                  >
                    {n === 0 ? (
                      "·"
                    ) : (
                      <button
                        type="button"
                        class="cell-button"
                        aria-label={w.cell(label, read, n)}
                        onClick={() =>
                          stay("models", String(version), `cell=${label}${read}`, "push")
                        }
                      >
                        {n}
                      </button>
                    )}
                  </td>
                );
              })}
              <td>{share(confusion.precision[label])}</td>
              <td>{share(confusion.recall[label])}</td>
              <td>{share(confusion.f1[label])}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function CellDigits({ version, cell }: { version: number; cell: string }) {
  const w = versionsWords.value;
  const [label, read] = [Number(cell[0]), Number(cell[1])];
  const load = useCallback(() => versionsApi.cell(version, label, read), [version, label, read]);
  const loaded = useLoaded(load, cell);
  return (
    <Show loaded={loaded}>
      {({ n, items }) => (
        <section id="cell" aria-live="polite">
          <h3>{w.cellTitle(label, read, n)}</h3>
          <ul class="ink-wall">
            {items.map(({ place, ink }) => (
              <li key={place} title={w.image(place)}>
                <InkCanvas ink={ink} label={w.image(place)} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </Show>
  );
}

export function ConfusionCard({ version }: { version: number }) {
  const w = versionsWords.value;
  const load = useCallback(() => versionsApi.confusion(version), [version]);
  const loaded = useLoaded(load, String(version));
  const cell = new URLSearchParams(query.value).get("cell") ?? "";
  return (
    <Card title={w.confusion}>
      <p class="hint">{w.confusionHint}</p>
      <Show loaded={loaded}>{(confusion) => <Matrix confusion={confusion} />}</Show>
      <p class="hint">{w.scoresHint}</p>
      {/^\d\d$/.test(cell) && <CellDigits version={version} cell={cell} />}
    </Card>
  );
}
