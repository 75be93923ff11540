/** Hooks for requests: load data for a view, run an action of a button. */

import { useEffect, useState } from "preact/hooks";
import { words } from "../../shared/words";
import { errorSentence, lookAgain } from "../state";
import { adminWords } from "../words";

export type Loaded<Value> =
  { kind: "loading" } | { kind: "failed"; message: string } | { kind: "ready"; value: Value };

const RETRY_MS = 5_000;

/** Load when `key` changes. `load` has to be the same function each time: a method of `api`, or one
 * from useCallback. */
export function useLoaded<Value>(load: () => Promise<Value>, key: string): Loaded<Value> {
  const [loaded, setLoaded] = useState<Loaded<Value>>({ kind: "loading" });

  useEffect(() => {
    let isCurrent = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    async function ask(): Promise<void> {
      try {
        const value = await load();
        if (isCurrent) setLoaded({ kind: "ready", value });
      } catch (error) {
        if (!isCurrent) return;
        const message = errorSentence(error, adminWords.value.noConnection);
        setLoaded((before) => (before.kind === "ready" ? before : { kind: "failed", message }));
        timer = setTimeout(() => void ask(), RETRY_MS);
      }
    }
    void ask();
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [load, key]);

  return loaded;
}

export type ActionState =
  | { kind: "idle" }
  | { kind: "busy" }
  | { kind: "done"; message: string }
  | { kind: "failed"; message: string };

export interface Action {
  state: ActionState;
  run: (work: () => Promise<string>) => void;
}

/** `work` returns the sentence that says what was done. */
export function useAction(): Action {
  const [state, setState] = useState<ActionState>({ kind: "idle" });

  async function act(work: () => Promise<string>): Promise<void> {
    if (state.kind === "busy") return;
    setState({ kind: "busy" });
    try {
      setState({ kind: "done", message: await work() });
      lookAgain();
    } catch (error) {
      const message = errorSentence(error, words.value.failedNetwork);
      setState({ kind: "failed", message });
    }
  }

  return { state, run: (work) => void act(work) };
}
