/** State that all pages share: the visitor, the address, the live version. */

import { batch, computed, signal } from "@preact/signals";
import { api, Refused } from "../shared/api";
import { language } from "../shared/language";
import { poll, type Polling } from "../shared/polling";
import { isOpen, type Me, type Stats } from "../shared/shapes";
import type { View } from "./pages";
import { pathOf, routeOf, type Route } from "./routes";

const POLL_RUNNING_MS = 1_000;
const POLL_IDLE_MS = 10_000;

type Visitor = { kind: "asking" } | { kind: "away" } | { kind: "known"; me: Me };

export const visitor = signal<Visitor>({ kind: "asking" });
export const route = signal<Route>({ kind: "unknown" });
/** What stands behind the question mark of the address: the filters of the view. */
export const query = signal("");
export const stats = signal<Stats | null>(null);
export const isServerAway = signal(false);

export const isAdmin = computed(
  () => visitor.value.kind === "known" && visitor.value.me.role === "admin",
);

/** Changes whenever lists of runs and versions may be out of date, or speak another language. */
export const newsKey = computed(() => {
  const { run, champion } = stats.value ?? { run: null, champion: null };
  return [run?.id, run?.status, champion?.version, language.value].join(" ");
});

function readAddress(): void {
  batch(() => {
    route.value = routeOf(location.pathname);
    query.value = location.search.replace(/^\?/, "");
  });
}

/** Show another view, from its top; the browser's back leads here again. */
export function go(view: View, part = "", wanted = ""): void {
  history.pushState(null, "", pathOf(view, part, wanted));
  readAddress();
  scrollTo(0, 0);
}

/** Change the address within a view, which stays where it is scrolled to. */
export function stay(view: View, part: string, wanted: string, how: "push" | "replace"): void {
  const address = pathOf(view, part, wanted);
  if (how === "push") history.pushState(null, "", address);
  else history.replaceState(null, "", address);
  readAddress();
}

/** Show what the address names, now and when the browser goes back or forward. */
export function followAddress(): void {
  readAddress();
  addEventListener("popstate", readAddress);
}

export async function askWhoIsHere(): Promise<void> {
  try {
    visitor.value = { kind: "known", me: await api.me() };
  } catch {
    // keep the visitor; their requests show the error
    if (visitor.value.kind !== "known") visitor.value = { kind: "away" };
  }
}

async function refreshStats(): Promise<void> {
  try {
    stats.value = await api.stats();
    isServerAway.value = false;
    if (visitor.value.kind === "away") await askWhoIsHere();
  } catch {
    // keep the last figures; the banner says that they are old
    isServerAway.value = true;
  }
}

let polling: Polling | null = null;

export function followStats(): void {
  polling = poll(refreshStats, () =>
    isOpen(stats.value?.run ?? null) ? POLL_RUNNING_MS : POLL_IDLE_MS,
  );
}

/** Something was changed here: look now rather than at the next beat. */
export function lookAgain(): void {
  polling?.now();
}

/** A sentence for an error, in the server's words where it has any. */
export function errorSentence(error: unknown, noConnection: string): string {
  if (!(error instanceof Refused)) return noConnection;
  if (error.status === 401) void askWhoIsHere();
  return error.message;
}
