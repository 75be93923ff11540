/** Confirm or correct: one button for yes, and ten digit keys under ten bars. */

import { sureFigure } from "../shared/formats";
import { CheckIcon } from "../shared/icons";
import { DIGITS } from "../shared/shapes";
import { words } from "../shared/words";
import { confirm, isTold, label } from "./label-actions";
import { canLabel, confirmable } from "./session";
import { isPrivacyOpen, prediction, session } from "./state";
import { drawWords } from "./words";

export function ConfirmButton() {
  const digit = confirmable(session.value);
  const w = drawWords.value;
  return (
    <div class="confirm">
      <h2 class="part-title">{w.right}</h2>
      <button
        type="button"
        id="confirm"
        class="primary-button"
        aria-disabled={digit === null}
        aria-keyshortcuts="Enter"
        onClick={() => void confirm()}
      >
        <CheckIcon />
        <span>{digit === null ? w.confirmIdle : w.confirm(digit)}</span>
        <kbd class="key-hint" aria-hidden="true">
          ↵
        </kbd>
      </button>
      <ConsentLine />
    </div>
  );
}

/** What confirming stores; shown until the first confirmation. */
function ConsentLine() {
  const w = drawWords.value;
  if (isTold.value) return null;
  return (
    <p class="consent-line" id="consent">
      {w.consent}{" "}
      <button type="button" class="quiet-button" onClick={() => (isPrivacyOpen.value = true)}>
        {w.consentMore}
      </button>
    </p>
  );
}

export function Bars() {
  const shown = prediction.value;
  const w = drawWords.value;
  return (
    <ul class="bars" id="bars" aria-label={w.probabilities}>
      {DIGITS.map((digit) => {
        const p = shown?.probabilities[digit] ?? null;
        const percent = p === null ? "" : sureFigure(p);
        const isRead = shown !== null && shown.is_digit && shown.label === digit;
        return (
          <li key={digit} class={isRead ? "bar is-read" : "bar"}>
            <span class="visually-hidden">
              {p === null ? String(digit) : w.probability(digit, percent)}
            </span>
            <span class="bar-figure" aria-hidden="true">
              {p !== null && p >= 0.005 ? words.value.percent(percent) : ""}
            </span>
            <span class="bar-space" aria-hidden="true">
              <span class="bar-fill" style={{ transform: `scaleY(${p ?? 0})` }} />
            </span>
          </li>
        );
      })}
    </ul>
  );
}

export function DigitKeys() {
  const w = drawWords.value;
  const current = session.value;
  const read = confirmable(current);
  return (
    <div class="digit-keys-part">
      <p class="digit-keys-title">
        {read === null ? w.itIs : w.orItIs}
        <span class="keys-note">{w.keys0To9}</span>
      </p>
      <div class="digit-keys" id="digit-keys" role="group" aria-label={w.digitKeys}>
        {DIGITS.map((digit) => (
          <button
            key={digit}
            type="button"
            id={`digit-${digit}`}
            class={digit === read ? "digit-key is-read" : "digit-key"}
            aria-label={w.digitKey(digit)}
            aria-disabled={!canLabel(current)}
            onClick={() => void label(digit)}
          >
            {digit}
          </button>
        ))}
      </div>
    </div>
  );
}
