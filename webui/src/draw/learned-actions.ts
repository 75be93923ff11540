/** Asks "did it learn me?". */

import { api } from "../shared/api";
import { learned } from "./state";

const LEARNED_REST_MS = 1_500; // both versions read all drawings for it: not after each of a quick row
let learned_timer: ReturnType<typeof setTimeout> | undefined;

/** One's drawings have changed: the figures follow in a moment. */
export function learnedMayDiffer(): void {
  clearTimeout(learned_timer);
  learned_timer = setTimeout(() => void loadLearned(), LEARNED_REST_MS);
}

export async function loadLearned(): Promise<void> {
  try {
    learned.value = await api.learned();
  } catch {
    // the sentence stays away until the next version; nothing depends on it
    learned.value = null;
  }
}
