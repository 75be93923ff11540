/** Long lists: what follows the first page, as far as somebody asked for it. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { List } from "../../contract";
import { words } from "../../shared/language";
import { errorSentence } from "../state";
import type { Loaded } from "./use-loaded";

interface More<Item> {
  /** Behind those of the first page. */
  items: Item[];
  /** Where the next page begins; null when there is none. */
  after: string | null;
  problem: string;
  ask: (after: string) => void;
}

/** Whenever the first page comes anew, what followed the old one is forgotten. */
export function useMore<Item>(
  loaded: Loaded<List<Item>>,
  load: (after: string) => Promise<List<Item>>,
): More<Item> {
  const first = loaded.kind === "ready" ? loaded.value : null;
  const [more, setMore] = useState<List<Item> | null>(null);
  const [problem, setProblem] = useState("");
  const current = useRef(first);
  current.current = first;

  useEffect(() => {
    setMore(null);
    setProblem("");
  }, [first]);

  async function ask(after: string): Promise<void> {
    try {
      const page = await load(after);
      if (current.current !== first) return; // of a list that is no longer shown
      setMore((before) => ({ items: [...(before?.items ?? []), ...page.items], next: page.next }));
      setProblem("");
    } catch (error) {
      setProblem(errorSentence(error, words.value.admin.no_connection));
    }
  }

  return {
    items: more?.items ?? [],
    after: (more ?? first)?.next ?? null,
    problem,
    ask: (after) => void ask(after),
  };
}

/** Stands below a list, and shows nothing when the list is whole. */
export function ShowMore({ more }: { more: Omit<More<unknown>, "items"> }) {
  const { after, problem, ask } = more;
  return (
    <>
      {problem !== "" && <p class="note is-failed">{problem}</p>}
      {after !== null && (
        <button type="button" class="plain-button" id="show-more" onClick={() => ask(after)}>
          {words.value.show_more}
        </button>
      )}
    </>
  );
}
