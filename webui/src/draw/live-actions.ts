/** Follow the live version, the next training, and the run in progress. */

import { api } from "../shared/api";
import { poll } from "../shared/polling";
import { isOpen } from "../shared/shapes";
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
    // keep the last figures; the header says that the server is away
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
    return null; // storage is forbidden: announce no version at the first visit
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
