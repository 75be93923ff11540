/** Load from the server, with the error and a way to retry. */

import { useCallback, useEffect, useState } from "preact/hooks";
import { sentenceOf } from "./calls";
import { privacyWords } from "./words";

/** The loaded value, a sentence about the error, and a function that retries. */
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
