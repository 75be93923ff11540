/** The button that stops a run, wherever one is shown. */

import { api } from "../../shared/api";
import type { Run } from "../../contract";
import { words } from "../../shared/language";
import { ActionNote } from "./parts";
import { useAction } from "./use-action";

export function CancelRun({ run }: { run: Run }) {
  const w = words.value.admin;
  const action = useAction();
  if (run.cancel_requested) return <p class="quiet">{w.cancel_asked}</p>;
  return (
    <div class="button-row">
      <button
        type="button"
        id="cancel-run"
        class="plain-button"
        disabled={action.state.kind === "busy"}
        onClick={() =>
          action.run(async () => {
            await api.cancelRun(run.id);
            return w.cancel_asked;
          })
        }
      >
        {w.cancel_run}
      </button>
      <ActionNote state={action.state} />
    </div>
  );
}
