/** Requests about one's own data. */

import { signal } from "@preact/signals";
import type { DeletedOut, JoinOut, KeptOut, LinkOut, RestoredOut } from "../../contract";
import { ask, Refused } from "../../shared/api";
import { languageTag } from "../../shared/language";
import { words } from "../../shared/words";

export type Kept = KeptOut;
export type CarryLink = LinkOut;
export type Joined = JoinOut;

/** The last deletion, while it can be undone. */
export const deletedAll = signal<DeletedOut | null>(null);
const RESTORE_WITHIN_MS = 60_000;

export const own = {
  kept: () => ask<Kept>("/me/data"),
  makeLink: () => ask<CarryLink>("/me/links", { method: "POST" }),
  revoke: () => ask<undefined>("/me/links", { method: "DELETE" }),
  preview: (token: string) => ask<Joined>("/me/join/preview", { method: "POST", json: { token } }),
  join: (token: string) => ask<Joined>("/me/join", { method: "POST", json: { token } }),
  deleteAll,
  restoreAll: (deletedAt: string) =>
    ask<RestoredOut>("/me/data/restore", { method: "POST", json: { deleted_at: deletedAt } }),
};

async function deleteAll(): Promise<DeletedOut> {
  const deleted = await ask<DeletedOut>("/me/data", { method: "DELETE" });
  deletedAll.value = deleted;
  setTimeout(() => {
    if (deletedAll.value === deleted) deletedAll.value = null;
  }, RESTORE_WITHIN_MS);
  return deleted;
}

/** A sentence for an error: the server's message if there is one. */
export function sentenceOf(error: unknown): string {
  return error instanceof Refused ? error.message : words.value.failedNetwork;
}

/** Format a day or a time of day in the page's language. */
export function moment(text: string, style: "date" | "time"): string {
  const format = style === "date" ? { dateStyle: "long" } : { timeStyle: "short" };
  return new Intl.DateTimeFormat(languageTag.value, format as Intl.DateTimeFormatOptions).format(
    new Date(text),
  );
}
