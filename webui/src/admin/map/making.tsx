/** A map that is being made, or could not be, and having it made again. */

import { map_words } from "./words";
import { is_admin } from "../state";
import { ActionNote } from "../shared/parts";
import { useAction } from "../shared/requests";
import { map_api, type Maps } from "./calls";

/** How far the live version's map is, where one is owed. */
export function Making({ maps }: { maps: Maps }) {
  const w = map_words.value;
  if (maps.message !== null) {
    return (
      <div class="failed" role="alert">
        <p>
          <strong>{w.failed}</strong>
        </p>
        <p>{maps.message}</p>
      </div>
    );
  }
  if (!maps.is_owed) return null;
  const since = maps.making_since;
  const seconds = since === null ? 0 : (Date.now() - new Date(since).getTime()) / 1000;
  return (
    <p class="banner" role="status" id="map-making">
      {maps.items.length > 0 && `${w.making_anew} `}
      {maps.making === null
        ? w.waiting
        : w.making_for(w.making[maps.making], Math.max(0, Math.round(seconds)), maps.last_seconds)}
    </p>
  );
}

export function Again({ onAsked }: { onAsked: () => void }) {
  const w = map_words.value;
  const action = useAction();
  if (!is_admin.value) return null;
  return (
    <div class="button-row">
      <button
        type="button"
        class="plain-button"
        id="map-again"
        disabled={action.state.kind === "busy"}
        onClick={() =>
          action.run(async () => {
            await map_api.makeAgain();
            onAsked();
            return w.again_done;
          })
        }
      >
        {w.again}
      </button>
      <ActionNote state={action.state} />
    </div>
  );
}
