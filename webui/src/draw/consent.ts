/** That the person was told what is kept: said beside the button, recorded when it is first used. */

import { signal } from "@preact/signals";
import { ask } from "../shared/api";

/** Raised when the text changes in what it promises: the new one is then shown again. */
export const WORDING = 1;
const STORED_AS = "inkloop.told";

function readTold(): number {
  try {
    return Number(localStorage.getItem(STORED_AS));
  } catch {
    return 0; // storage is forbidden: then it is said at every visit
  }
}

export const is_told = signal(readTold() >= WORDING);

/** After the first confirmation. Without a network the next one tries again. */
export async function recordConsent(introduced: Promise<unknown>): Promise<void> {
  if (is_told.value) return;
  try {
    await introduced;
    await ask<undefined>("/me/consent", { method: "PUT", json: { wording: WORDING } });
    is_told.value = true;
    localStorage.setItem(STORED_AS, String(WORDING));
  } catch {
    // the line stays where it is
  }
}
