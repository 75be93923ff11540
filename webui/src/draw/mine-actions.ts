/** Actions on one's own drawings: list, relabel, confirm, delete, restore. */

import { api, Refused } from "../shared/api";
import { versionList } from "../shared/formats";
import { languageTag } from "../shared/language";
import type { Digit, Drawing } from "../shared/shapes";
import { words } from "../shared/words";
import { learned, mine, type MineView, openedId, toast } from "./state";
import { drawWords } from "./words";

const LEARNED_REST_MS = 1_500; // it makes two versions read all drawings: ask once after several quick changes
let learnedTimer: ReturnType<typeof setTimeout> | undefined;

/** Reload the "learned" figures soon, since the drawings have changed. */
export function learnedMayDiffer(): void {
  clearTimeout(learnedTimer);
  learnedTimer = setTimeout(() => void loadLearned(), LEARNED_REST_MS);
}

export async function loadLearned(): Promise<void> {
  try {
    learned.value = await api.learned();
  } catch {
    // hide the sentence; nothing else depends on it
    learned.value = null;
  }
}

const N_AT_ONCE = 60;

type Ready = Extract<MineView, { kind: "ready" }>;

function changeReady(change: (ready: Ready) => Ready): void {
  if (mine.value.kind === "ready") mine.value = change(mine.value);
}

export async function loadMine(): Promise<void> {
  const before = mine.value.kind === "ready" ? mine.value.items.length : 0;
  try {
    const page = await api.mine(null, Math.min(500, Math.max(N_AT_ONCE, before)));
    mine.value = { kind: "ready", ...page };
  } catch {
    if (mine.value.kind !== "ready") mine.value = { kind: "failed" };
  }
}

export async function loadMoreOfMine(): Promise<void> {
  if (mine.value.kind !== "ready" || mine.value.next === null) return;
  const { next } = mine.value;
  await attempt(async () => {
    const page = await api.mine(next, N_AT_ONCE);
    changeReady((ready) => ({ ...ready, ...page, items: [...ready.items, ...page.items] }));
  });
}

/** Put a drawing that the server has just stored in front, without waiting for the list. */
export function showStored(drawing: Drawing): void {
  changeReady((ready) => {
    const others = ready.items.filter(({ id }) => id !== drawing.id);
    return { ...ready, items: [drawing, ...others] };
  });
}

function replace(drawing: Drawing): void {
  changeReady((ready) => ({
    ...ready,
    items: ready.items.map((one) => (one.id === drawing.id ? drawing : one)),
  }));
}

async function attempt(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    const text =
      error instanceof Refused ? drawWords.value.failed(error.message) : words.value.failedNetwork;
    toast.value = { text, action: null };
  }
}

export function relabel(drawing: Drawing, label: Digit): Promise<void> {
  return attempt(async () => {
    replace(await api.relabel(drawing.id, label));
    toast.value = { text: drawWords.value.relabelled(label), action: null };
    openedId.value = null;
    await loadMine();
    learnedMayDiffer();
  });
}

/** "Really a 7?" Yes. */
export function confirmLabel(drawing: Drawing): Promise<void> {
  return attempt(async () => {
    replace(await api.confirmLabel(drawing.id, drawing.label));
    await loadMine();
    learnedMayDiffer();
  });
}

export function remove(drawing: Drawing): Promise<void> {
  return attempt(async () => {
    await api.deleteDrawing(drawing.id);
    openedId.value = null;
    changeReady((ready) => ({
      ...ready,
      items: ready.items.filter(({ id }) => id !== drawing.id),
    }));
    toast.value = {
      text: deletedSentence(drawing),
      action: { name: words.value.undo, run: () => void restore(drawing) },
    };
    await loadMine();
    learnedMayDiffer();
  });
}

function deletedSentence(drawing: Drawing): string {
  const { label, versions } = drawing;
  if (versions.length === 0) return drawWords.value.deleted(label);
  return drawWords.value.deletedLearned(label, versionList(versions, languageTag.value));
}

export function restore(drawing: Drawing): Promise<void> {
  return attempt(async () => {
    await api.restoreDrawing(drawing.id);
    toast.value = { text: drawWords.value.restored, action: null };
    await loadMine();
    learnedMayDiffer();
  });
}
