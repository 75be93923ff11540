/** A file comes in: sent, checked, looked at, stored, and taken out again if it was a mistake. */

import { data_words } from "./words";
import { Card } from "../shared/parts";
import type { Transfer } from "./calls";
import { DropZone } from "./drop-zone";
import { Refusals } from "./found";
import { Done, Moving, Ready, type StageProps } from "./stages";
import { watch } from "./watched";

function Stage({ transfer, onChanged }: StageProps) {
  const w = data_words.value;
  switch (transfer.status) {
    case "ready":
      return <Ready transfer={transfer} onChanged={onChanged} />;
    case "done":
      return <Done transfer={transfer} onChanged={onChanged} />;
    case "undone":
      return <p id="import-result">{w.undone}</p>;
    case "refused":
    case "failed":
      return (
        <div class="failed" role="alert" id="import-result">
          <p>
            <strong>{transfer.status === "refused" ? w.refused : w.failed}</strong>
          </p>
          <p>{transfer.message}</p>
          {transfer.found !== null && transfer.found.n_refused > 0 && (
            <Refusals found={transfer.found} />
          )}
        </div>
      );
    default:
      return <Moving transfer={transfer} />;
  }
}

export function ImportCard({
  watched,
  onChanged,
}: { watched: Transfer | null } & Pick<StageProps, "onChanged">) {
  const w = data_words.value;
  return (
    <Card title={w.import} id="import-card">
      <p class="hint">{w.import_explained}</p>
      {watched === null ? (
        <DropZone onSent={onChanged} />
      ) : (
        <div class="import-stage" data-status={watched.status}>
          <p class="import-name">{watched.file_name}</p>
          <div role="status" class="import-stage">
            <Stage transfer={watched} onChanged={onChanged} />
          </div>
          {!["queued", "checking", "storing", "undoing", "ready"].includes(watched.status) && (
            <button
              type="button"
              id="import-another"
              class="plain-button"
              onClick={() => watch(null)}
            >
              {w.another}
            </button>
          )}
        </div>
      )}
    </Card>
  );
}
