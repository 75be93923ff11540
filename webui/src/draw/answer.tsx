/** The model's answer: a large digit, how sure it is, the 28 × 28 ink, and the same for screen readers. */

import { useEffect, useState } from "preact/hooks";
import { InkCanvas } from "../shared/ink";
import { answerWords, spokenAnswer } from "./answer-words";
import { prediction } from "./state";
import { drawWords } from "./words";

export function Answer() {
  const { digit, headline, details, tone } = answerWords.value;
  return (
    <div class={`answer is-${tone}`} id="answer">
      <h2 class="part-title" id="read-as">
        {drawWords.value.readAs}
      </h2>
      <div class="read-digit" id="read-digit" aria-hidden={digit === null}>
        {digit !== null && (
          <span key={digit} class="grows-in">
            {digit}
          </span>
        )}
      </div>
      <div class="answer-words">
        <p class="answer-headline" id="answer-headline">
          {headline}
        </p>
        {details.map((sentence) => (
          <p key={sentence} class="answer-detail">
            {sentence}
          </p>
        ))}
      </div>
    </div>
  );
}

export function SeenInk() {
  const shown = prediction.value;
  const w = drawWords.value;
  const said = shown === null ? w.inkEmpty : shown.label === null ? "?" : String(shown.label);
  return (
    <div class="seen-ink">
      <h2 class="part-title">{w.whatTheModelSees}</h2>
      <div class="seen-square" id="ink" key={shown === null ? "none" : "some"}>
        <InkCanvas ink={shown?.ink ?? null} label={w.inkOf(said)} />
      </div>
    </div>
  );
}

const STILL_MS = 700; // longer than most pauses between the strokes of one digit

export function Announcer() {
  const wanted = spokenAnswer.value;
  const [spoken, setSpoken] = useState("");

  useEffect(() => {
    const timer = setTimeout(() => setSpoken(wanted), STILL_MS);
    return () => clearTimeout(timer);
  }, [wanted]);

  return (
    <p class="visually-hidden" role="status" id="announcer">
      {spoken}
    </p>
  );
}
