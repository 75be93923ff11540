/** Tables, their times, and the further pages of long lists. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { agoOf } from "../../shared/formats";
import { languageTag } from "../../shared/language";
import type { List } from "../../shared/shapes";
import { words } from "../../shared/words";
import { peopleWords } from "../people/words";
import { errorSentence } from "../state";
import { adminWords } from "../words";
import type { Loaded } from "./requests";

export function text(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name);
  return typeof value === "string" ? value : "";
}

/** A moment as "3 hours ago", with the exact time as its title. */
export function Moment({ at }: { at: string }) {
  const tag = languageTag.value;
  const exact = new Intl.DateTimeFormat(tag, { dateStyle: "medium", timeStyle: "short" });
  return (
    <time dateTime={at} title={exact.format(new Date(at))}>
      {words.value.ago(agoOf(at, new Date(), tag))}
    </time>
  );
}

interface TableProps {
  id: string;
  title: string;
  columns: readonly string[];
  children: ComponentChildren;
}

export function PeopleTable({ id, title, columns, children }: TableProps) {
  return (
    // Focus lets the keyboard scroll it where it is wider than the page.
    <div class="table-space" tabIndex={0} role="region" aria-label={title}>
      <table class="people-table" id={id}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

/** A secret that is shown once, with a copy button. */
export function Secret({ id, title, secret }: { id: string; title: string; secret: string }) {
  const w = peopleWords.value;
  const [isCopied, setCopied] = useState(false);

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(secret);
      setCopied(true);
    } catch {
      setCopied(false); // plain http has no clipboard: the text can still be selected
    }
  }

  return (
    <div class="secret" role="status">
      <p>{title}</p>
      <p class="button-row">
        <code id={id}>{secret}</code>
        <button type="button" class="plain-button" onClick={() => void copy()}>
          {isCopied ? w.copied : w.copy}
        </button>
      </p>
    </div>
  );
}

interface More<Item> {
  /** Items after those of the first page. */
  items: Item[];
  /** Where the next page begins; null when there is none. */
  after: string | null;
  problem: string;
  ask: (after: string) => void;
}

/** Load further pages of a list. They are dropped when the first page is loaded again. */
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
      if (current.current !== first) return; // the answer belongs to a list that is no longer shown
      setMore((before) => ({ items: [...(before?.items ?? []), ...page.items], next: page.next }));
      setProblem("");
    } catch (error) {
      setProblem(errorSentence(error, adminWords.value.noConnection));
    }
  }

  return {
    items: more?.items ?? [],
    after: (more ?? first)?.next ?? null,
    problem,
    ask: (after) => void ask(after),
  };
}

/** The button below a list; nothing when the list is complete. */
export function ShowMore({ more }: { more: Omit<More<unknown>, "items"> }) {
  const { after, problem, ask } = more;
  return (
    <>
      {problem !== "" && <p class="note is-failed">{problem}</p>}
      {after !== null && (
        <button type="button" class="plain-button" id="show-more" onClick={() => ask(after)}>
          {words.value.showMore}
        </button>
      )}
    </>
  );
}
