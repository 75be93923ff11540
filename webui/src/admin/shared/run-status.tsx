/** The status of a run as a word with a sign. */

import type { RunStatus } from "../../contract";
import { words } from "../../shared/language";

const SIGNS: Record<RunStatus, string> = {
  queued: "…",
  running: "▸",
  promoted: "✓",
  held: "–",
  failed: "!",
  cancelled: "×",
};

export function RunStatusSign({ status }: { status: RunStatus }) {
  return (
    <span class={`run-status is-${status}`}>
      <span aria-hidden="true">{SIGNS[status]}</span> {words.value.admin.run_status(status)}
    </span>
  );
}
