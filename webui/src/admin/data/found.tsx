/** What a file holds: how many of each digit, and what cannot be used. */

import { data_words } from "./words";
import { DigitBars } from "../shared/digit-bars";
import type { Found } from "./calls";

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
      <DigitBars
        id="import-per-digit"
        title={w.per_digit}
        finding={w.fewest(fewest, found.by_label[fewest] ?? 0)}
        by_label={found.by_label}
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
