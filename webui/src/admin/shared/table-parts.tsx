/** Small parts that the views about people share. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { languageTag, words } from "../../shared/language";
import { people_words } from "../people/words";
import { agoOf } from "../../shared/when";

export function text(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name);
  return typeof value === "string" ? value : "";
}

/** A moment as "3 hours ago", and to the minute for whoever points at it. */
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

/** A secret that is shown this once, with a way to take it along. */
export function Secret({ id, title, secret }: { id: string; title: string; secret: string }) {
  const w = people_words.value;
  const [is_copied, setCopied] = useState(false);

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
          {is_copied ? w.copied : w.copy}
        </button>
      </p>
    </div>
  );
}
