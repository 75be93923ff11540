/** State and actions of the gallery. Tiles keep their places. */

import { batch, computed, signal } from "@preact/signals";
import { versionList } from "../../shared/formats";
import { languageTag } from "../../shared/language";
import type { Digit, DrawingStatus } from "../../shared/shapes";
import { words } from "../../shared/words";
import { said } from "../shared/undo-toast";
import { errorSentence, lookAgain, query, route, stay } from "../state";
import { adminWords } from "../words";
import {
  gallery,
  type Change,
  type ChangeAction,
  type GalleryDrawing,
  type Summary,
} from "./calls";
import { readQuery, withFilter, writeQuery, type FilterName, type Sort } from "./query";
import { NOTHING, targets, type Selection } from "./selection";
import { drawingsWords } from "./words";

export type Loading =
  | { kind: "loading" }
  | { kind: "ready"; next: string | null; isCapped: boolean }
  | { kind: "failed"; message: string; next: string | null };

export const items = signal<readonly GalleryDrawing[]>([]);
export const loading = signal<Loading>({ kind: "loading" });
export const summary = signal<Summary | null>(null);
export const selection = signal<Selection>(NOTHING);
/** The drawings that a dialog asks about before it deletes them. */
export const asked = signal<readonly GalleryDrawing[] | null>(null);

export const askedQuery = computed(() => readQuery(query.value));
/** The query without unknown parameters; the list is loaded when it changes. */
export const listKey = computed(() => writeQuery(askedQuery.value));
export const openedId = computed(() =>
  route.value.kind === "view" && route.value.view === "drawings" ? route.value.part : "",
);

/** Count of changes that the server accepted; a drawing's record is loaded again with it. */
export const nChanges = signal(0);

let round = 0;
let lastChange: { change: Change; before: readonly GalleryDrawing[] } | null = null;

/** Load the list of the address from its start. */
export async function load(): Promise<void> {
  const mine = ++round;
  batch(() => {
    items.value = [];
    selection.value = NOTHING;
    summary.value = null;
    loading.value = { kind: "loading" };
  });
  await Promise.all([loadPage(null, mine), loadSummary(mine)]);
}

export async function loadMore(): Promise<void> {
  const state = loading.value;
  if (state.kind === "loading" || state.next === null) return;
  loading.value = { kind: "loading" };
  await loadPage(state.next, round);
}

/** After a failure, continue where loading stopped. */
export async function tryAgain(): Promise<void> {
  const state = loading.value;
  if (state.kind !== "failed") return;
  loading.value = { kind: "loading" };
  await Promise.all([loadPage(state.next, round), loadSummary(round)]);
}

async function loadPage(after: string | null, mine: number): Promise<void> {
  try {
    const page = await gallery.page(askedQuery.value, after);
    if (mine !== round) return;
    batch(() => {
      items.value = after === null ? page.items : [...items.value, ...page.items];
      loading.value = { kind: "ready", next: page.next, isCapped: page.is_capped };
    });
  } catch (error) {
    if (mine !== round) return;
    const message = errorSentence(error, adminWords.value.noConnection);
    loading.value = { kind: "failed", message, next: after };
  }
}

async function loadSummary(mine: number): Promise<void> {
  try {
    const counted = await gallery.summary(askedQuery.value);
    if (mine === round) summary.value = counted;
  } catch {
    // the list shows the error; filters work without counts
  }
}

export function setFilter(name: FilterName, value: string): void {
  stay("drawings", "", writeQuery(withFilter(askedQuery.value, name, value)), "push");
}

export function setSort(sort: Sort): void {
  stay("drawings", "", writeQuery({ ...askedQuery.value, sort }), "push");
}

export function setQuery(text: string): void {
  stay("drawings", "", text, "push");
}

export function open(id: string): void {
  stay("drawings", id, query.value, openedId.value === "" ? "push" : "replace");
}

export function close(): void {
  if (openedId.value !== "") stay("drawings", "", query.value, "push");
}

const AFTER: Record<Exclude<ChangeAction, "restore">, DrawingStatus> = {
  accept: "accepted",
  relabel: "accepted",
  reject: "rejected",
  delete: "deleted",
};

function put(changed: readonly GalleryDrawing[]): void {
  const byId = new Map(changed.map((one) => [one.id, one]));
  items.value = items.value.map((one) => byId.get(one.id) ?? one);
}

type Doing = Exclude<ChangeAction, "restore">;

/** Change these drawings. Their tiles change at once, and back if the server refuses. */
export async function change(
  which: readonly GalleryDrawing[],
  action: Doing,
  label: Digit | null,
): Promise<void> {
  const before = which.filter(({ status }) => status !== "deleted");
  if (before.length === 0) return;
  put(before.map((one) => ({ ...one, label: label ?? one.label, status: AFTER[action] })));
  try {
    const ids = before.map(({ id }) => id);
    const done = await gallery.change(ids, action, label);
    lastChange = { change: done, before };
    said.value = { text: doneSentence(done, label), undo: () => void undo() };
    if (selection.value.chosen.size > 0)
      selection.value = { ...selection.value, chosen: new Set() };
    afterwards();
  } catch (error) {
    put(before);
    const text = errorSentence(error, words.value.failedNetwork);
    said.value = { text, isFailed: true, undo: null };
  }
}

function doneSentence(done: Change, label: Digit | null): string {
  const w = drawingsWords.value;
  const text = w.done(done.action, done.n, label);
  const { learned_versions: versions } = done;
  if (done.action !== "delete" || versions.length === 0) return text;
  return [text, w.keeps(versionList(versions, languageTag.value), versions.length)].join(
    words.value.gap,
  );
}

export async function undo(): Promise<void> {
  const last = lastChange;
  if (last === null) return;
  lastChange = null;
  try {
    const { n } = await gallery.undo(last.change.id);
    put(last.before);
    said.value = { text: drawingsWords.value.undone(n), undo: null };
    afterwards();
  } catch (error) {
    const text = errorSentence(error, words.value.failedNetwork);
    said.value = { text, isFailed: true, undo: null };
  }
}

/** Load the counts again; tiles stay, even those that no longer match the filters. */
function afterwards(): void {
  nChanges.value += 1;
  void loadSummary(round);
  lookAgain();
}

/** The drawings that an action is about. */
export function chosen(): GalleryDrawing[] {
  return targets(selection.value)
    .map((place) => items.value[place])
    .filter((one) => one !== undefined);
}

const MANY = 20; // deleting this many asks first

export function remove(which: readonly GalleryDrawing[]): void {
  if (which.length > MANY) asked.value = which;
  else void change(which, "delete", null);
}
