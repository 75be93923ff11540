/** Follows what is live: the version, the next lesson, a lesson under way, and what it learned. */

import { api } from "../shared/api";
import { isOpen } from "../shared/shapes";
import { poll } from "../shared/polling";
import { loadLearned, loadMine } from "./mine-actions";
import { championVersion, isServerAway, newVersion, stats } from "./state";

const POLL_RUNNING_MS = 2_000;
const POLL_IDLE_MS = 10_000;
const SEEN_AS = "inkloop.version_seen";

export async function refreshStats(): Promise<void> {
  const before = championVersion.value;
  try {
    stats.value = await api.stats();
    isServerAway.value = false;
  } catch {
    // keep the last figures, and say that they are old
    isServerAway.value = true;
    return;
  }
  const now = championVersion.value;
  if (now !== null && now !== before) await versionChanged(now);
}

async function versionChanged(version: number): Promise<void> {
  const seen = readSeen();
  writeSeen(version);
  await Promise.all([loadMine(), loadLearned()]);
  if (seen !== null && seen !== version) newVersion.value = version;
}

function readSeen(): number | null {
  try {
    return Number(localStorage.getItem(SEEN_AS)) || null;
  } catch {
    return null; // storage is forbidden: then no version is news at the first look
  }
}

function writeSeen(version: number): void {
  try {
    localStorage.setItem(SEEN_AS, String(version));
  } catch {
    // see readSeen
  }
}

export function followLive(): void {
  poll(refreshStats, () => {
    const isBusy = isOpen(stats.value?.run ?? null) || stats.value?.champion === null;
    return isBusy ? POLL_RUNNING_MS : POLL_IDLE_MS;
  });
}
