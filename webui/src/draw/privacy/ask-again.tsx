/** Asking the server, what went wrong with it, and asking again. */

import { useCallback, useEffect, useState } from "preact/hooks";
import { privacyWords } from "./words";
import { sentenceOf } from "./calls";

/** A question to the server, the sentence of what went wrong, and a way to ask again. */
export function useAnswer<Value>(load: () => Promise<Value>): {
  value: Value | null;
  problem: string;
  again: () => void;
} {
  const [value, setValue] = useState<Value | null>(null);
  const [problem, setProblem] = useState("");
  const again = useCallback(() => {
    setProblem("");
    load().then(setValue, (error: unknown) => setProblem(sentenceOf(error)));
  }, [load]);
  useEffect(again, [again]);
  return { value, problem, again };
}

export function Problem({ sentence, onAgain }: { sentence: string; onAgain: () => void }) {
  return (
    <p class="privacy-problem" role="alert">
      {sentence}{" "}
      <button type="button" class="quiet-button" onClick={onAgain}>
        {privacyWords.value.tryAgain}
      </button>
    </p>
  );
}
