/** What a file holds: how many of each digit, and what cannot be used. */

import { DIGITS } from "../../contract";
import { data_words } from "../../i18n/data";
import { BarChart } from "../bar-chart";
import type { Found } from "./data-api";

export function FoundInIt({ found }: { found: Found }) {
  const w = data_words.value;
  const total = found.by_label.reduce((sum, n) => sum + n, 0);
  const fewest = found.by_label.indexOf(Math.min(...found.by_label));
  return (
    <>
      <p>
        <strong id="import-found">{w.found(total)}</strong>{" "}
        {found.n_known === 0 ? w.found_none_known : w.found_known(found.n_known)}
      </p>
      <BarChart
        id="import-per-digit"
        title={w.per_digit}
        finding={w.fewest(fewest, found.by_label[fewest] ?? 0)}
        unit={w.label}
        direction="up"
        data={DIGITS.map((digit) => ({
          key: String(digit),
          label: String(digit),
          n: found.by_label[digit] ?? 0,
          colour: `var(--digit-${digit})`,
        }))}
      />
      {found.n_refused > 0 && <Refusals found={found} />}
    </>
  );
}

export function Refusals({ found }: { found: Found }) {
  const w = data_words.value;
  const rest = found.n_refused - found.refusals.length;
  return (
    <div class="refusals" id="import-refusals">
      <p>{w.found_refused(found.n_refused)}</p>
      <ul>
        {found.refusals.map((sentence, place) => (
          <li key={place}>{sentence}</li>
        ))}
        {rest > 0 && <li>{w.and_more(rest)}</li>}
      </ul>
    </div>
  );
}
