/** How far a run is, phase by phase. Pure. */

import type { RunStatus } from "../../contract";

export const PHASES = ["gather", "train", "evaluate", "gate", "export", "publish"] as const;

export type StepState = "done" | "now" | "ahead" | "stopped";

/** A second look at a careful candidate goes back from the gate to the exams: so does this. */
export function stepStates(status: RunStatus, phase: string | null): StepState[] {
  if (status === "promoted" || status === "held") return PHASES.map(() => "done");
  const place = PHASES.findIndex((one) => one === phase);
  const here: StepState = status === "running" ? "now" : status === "queued" ? "ahead" : "stopped";
  return PHASES.map((_, index) => {
    if (place < 0 || index > place) return "ahead";
    return index < place ? "done" : here;
  });
}
