/** What the sheets about one's own data ask of the server. */

import { signal } from "@preact/signals";
import { ask, Refused } from "../../shared/api";
import { languageTag } from "../../shared/language";
import { words } from "../../shared/words";

export interface Kept {
  contributor: string;
  n_drawings: number;
  n_with_strokes: number;
  n_pictures: number;
  first_at: string | null;
  last_at: string | null;
  versions: number[];
  consented_at: string | null;
  retention_days: number;
  is_link_open: boolean;
}

export interface Deleted {
  n_drawings: number;
  versions: number[];
  deleted_at: string;
}

export interface CarryLink {
  token: string;
  expires_at: string;
}

export interface Joined {
  n_there: number;
  n_here: number;
}

/** What was deleted last, for as long as it can be brought back. */
export const deleted_all = signal<Deleted | null>(null);
const RESTORE_WITHIN_MS = 60_000;

export const own = {
  kept: () => ask<Kept>("/me/data"),
  makeLink: () => ask<CarryLink>("/me/links", { method: "POST" }),
  revoke: () => ask<undefined>("/me/links", { method: "DELETE" }),
  preview: (token: string) => ask<Joined>("/me/join/preview", { method: "POST", json: { token } }),
  join: (token: string) => ask<Joined>("/me/join", { method: "POST", json: { token } }),
  deleteAll,
  restoreAll: (deleted_at: string) =>
    ask<{ n_drawings: number }>("/me/data/restore", { method: "POST", json: { deleted_at } }),
};

async function deleteAll(): Promise<Deleted> {
  const deleted = await ask<Deleted>("/me/data", { method: "DELETE" });
  deleted_all.value = deleted;
  setTimeout(() => {
    if (deleted_all.value === deleted) deleted_all.value = null;
  }, RESTORE_WITHIN_MS);
  return deleted;
}

/** A sentence for an error, in the server's words where it has any. */
export function sentenceOf(error: unknown): string {
  return error instanceof Refused ? error.message : words.value.failed_network;
}

/** A day or a time of day, as the page's language writes it. */
export function moment(text: string, style: "date" | "time"): string {
  const format = style === "date" ? { dateStyle: "long" } : { timeStyle: "short" };
  return new Intl.DateTimeFormat(languageTag.value, format as Intl.DateTimeFormatOptions).format(
    new Date(text),
  );
}
