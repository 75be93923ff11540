/** Says the answer to screen readers once it has stood still: not at every stroke. */

import { useEffect, useState } from "preact/hooks";
import { spokenAnswer } from "./answer-words";

const STILL_MS = 700; // longer than the pause between the strokes of one digit, mostly

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
