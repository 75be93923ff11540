/** Everything that the draw page shows, as signals; the actions beside this file change them. */

import { computed, signal } from "@preact/signals";
import { runPercent } from "../shared/formats";
import {
  isOpen,
  type Drawing,
  type Learned,
  type Mine,
  type MineCounts,
  type Stats,
} from "../shared/shapes";
import type { Waiting } from "./outbox";
import { BLANK, shownPrediction, type Session } from "./session";
import type { Timing } from "./steps";

export const session = signal<Session>(BLANK);
export const prediction = computed(() =>
  session.value.kind === "drawn" ? shownPrediction(session.value.reading) : null,
);

/** Figures of the live version and the next training; null until the first answer. */
export const stats = signal<Stats | null>(null);
export const isServerAway = signal(false);
export const championVersion = computed(() => stats.value?.champion?.version ?? null);
/** Percent of the first training; null when it is not known or already over. */
export const firstTrainingPercent = computed(() => {
  const run = stats.value?.run ?? null;
  return isOpen(run) ? runPercent(run) : null;
});

export type MineView =
  | { kind: "loading" }
  | { kind: "failed" }
  | { kind: "ready"; items: Drawing[]; next: Mine["next"]; counts: MineCounts };

export const mine = signal<MineView>({ kind: "loading" });
/** Labelled drawings that the server has not acknowledged yet; oldest first. */
export const unsent = signal<readonly Waiting[]>([]);
export const isOutboxLasting = signal(true);

export const learned = signal<Learned | null>(null);
/** A version that went live since the last visit; null after it was seen. */
export const newVersion = signal<number | null>(null);

export const timings = signal<readonly Timing[]>([]);
export const areStepsOpen = signal(false);
export const areKeysOpen = signal(false);
export const isPrivacyOpen = signal(false);
/** The secret of the link that opened this page; null after it was answered. */
export const carryToken = signal<string | null>(null);
/** The id of the drawing whose sheet is open. */
export const openedId = signal<string | null>(null);

export interface Toast {
  text: string;
  action: { name: string; run: () => void } | null;
}
export const toast = signal<Toast | null>(null);
