/** Loads the drawings of a run page by page, and anew when the filter changes. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { words } from "../../shared/language";
import { errorSentence } from "../state";
import { runs_api, type RunCounts, type RunDrawing, type RunDrawingsFilter } from "./calls";

export type WallState =
  | { kind: "loading" }
  | { kind: "ready"; next: string | null }
  | { kind: "failed"; message: string; next: string | null };

interface Shown {
  state: WallState;
  items: readonly RunDrawing[];
  counts: RunCounts | null;
}

interface RunDrawingsHook extends Shown {
  loadMore: () => void;
  tryAgain: () => void;
}

const NOTHING: Shown = { state: { kind: "loading" }, items: [], counts: null };

export function useRunDrawings(id: number, { kind, label }: RunDrawingsFilter): RunDrawingsHook {
  const [shown, setShown] = useState<Shown>(NOTHING);
  const round = useRef(0);

  const loadPage = useCallback(
    async (after: string | null, mine: number): Promise<void> => {
      try {
        const page = await runs_api.drawings(id, { kind, label }, after);
        if (mine !== round.current) return;
        setShown((before) => ({
          state: { kind: "ready", next: page.next },
          items: after === null ? page.items : [...before.items, ...page.items],
          counts: page.counts ?? before.counts,
        }));
      } catch (error) {
        if (mine !== round.current) return;
        const message = errorSentence(error, words.value.admin.no_connection);
        setShown((before) => ({ ...before, state: { kind: "failed", message, next: after } }));
      }
    },
    [id, kind, label],
  );

  useEffect(() => {
    const mine = ++round.current;
    // The figures stay in their place while the tiles of another choice come.
    setShown((before) => ({ ...NOTHING, counts: before.counts }));
    void loadPage(null, mine);
  }, [loadPage]);

  const goOn = useCallback(
    (next: string | null) => {
      setShown((before) => ({ ...before, state: { kind: "loading" } }));
      void loadPage(next, round.current);
    },
    [loadPage],
  );

  const { state } = shown;
  return {
    ...shown,
    loadMore: () => {
      if (state.kind === "ready" && state.next !== null) goOn(state.next);
    },
    tryAgain: () => {
      if (state.kind === "failed") goOn(state.next);
    },
  };
}
