/** Something that a button does on the server: busy, done or failed, with a sentence for each. */

import { useState } from "preact/hooks";
import { words } from "../../shared/language";
import { errorSentence, lookAgain } from "../state";

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
      const message = errorSentence(error, words.value.failed_network);
      setState({ kind: "failed", message });
    }
  }

  return { state, run: (work) => void act(work) };
}
