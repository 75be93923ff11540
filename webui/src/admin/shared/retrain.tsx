/** "Retrain now". */

import { api } from "../../shared/api";
import { isOpen } from "../../contract";
import { words } from "../../shared/language";
import { is_admin, stats } from "../state";
import { ActionNote } from "./parts";
import { useAction } from "./use-action";

export function Retrain() {
  const w = words.value.admin;
  const action = useAction();
  if (!is_admin.value) return null;
  const is_running = isOpen(stats.value?.run ?? null);
  return (
    <div class="retrain">
      <button
        type="button"
        id="retrain"
        class="primary-button"
        aria-describedby="retrain-explained"
        disabled={is_running || action.state.kind === "busy"}
        onClick={() =>
          action.run(async () => {
            await api.retrain();
            return w.retrain_asked;
          })
        }
      >
        {w.retrain}
      </button>
      <p class="hint" id="retrain-explained">
        {w.retrain_explained}
      </p>
      {action.state.kind === "failed" && <ActionNote state={action.state} />}
    </div>
  );
}
