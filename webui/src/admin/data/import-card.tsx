/** Import of a file: upload, check, store, undo. */

import { useRef, useState } from "preact/hooks";
import { words } from "../../shared/words";
import { ActionNote, Card } from "../shared/parts";
import { errorSentence, query, stay } from "../state";
import { importFile, isMoving, type Transfer } from "./calls";
import { withValue } from "./export-card";
import { Done, Moving, Ready, Refusals, type StageProps } from "./stages";
import { dataWords } from "./words";

/** Put the import into the address, so that a reload keeps it; null removes it. */
export function watch(id: number | null): void {
  const value = id === null ? "" : String(id);
  stay("data", "", withValue(query.value, "import", value), "replace");
}

/** The import that the address names, else one that waits for a decision or is in progress. */
export function watchedOf(items: readonly Transfer[]): Transfer | null {
  const named = Number(new URLSearchParams(query.value).get("import"));
  const imports = items.filter(({ kind }) => kind === "import");
  if (named > 0) return imports.find(({ id }) => id === named) ?? null;
  return imports.find((one) => isMoving(one) || one.status === "ready") ?? null;
}

interface DropProps {
  onSent: () => void;
}

function DropZone({ onSent }: DropProps) {
  const w = dataWords.value;
  const input = useRef<HTMLInputElement>(null);
  const [percent, setPercent] = useState<number | null>(null);
  const [problem, setProblem] = useState("");
  const [isOver, setOver] = useState(false);

  async function take(file: File | undefined): Promise<void> {
    if (file === undefined || percent !== null) return;
    setProblem("");
    setPercent(0);
    try {
      const transfer = await importFile(file, (share) => setPercent(Math.floor(share * 100)));
      watch(transfer.id);
      onSent();
    } catch (error) {
      setProblem(errorSentence(error, words.value.failedNetwork));
    } finally {
      setPercent(null);
    }
  }

  return (
    <>
      <div
        class={isOver ? "drop-zone is-over" : "drop-zone"}
        id="drop-zone"
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          void take(event.dataTransfer?.files[0]);
        }}
      >
        {percent === null ? (
          <p>
            <span class="for-pointers">{w.drop} </span>
            <button
              type="button"
              class="plain-button"
              id="choose-file"
              onClick={() => input.current?.click()}
            >
              {w.choose}
            </button>
          </p>
        ) : (
          <>
            <p role="status">{w.uploading(percent)}</p>
            <progress class="data-progress" max={100} value={percent} aria-label={w.import} />
          </>
        )}
        <input
          ref={input}
          id="import-file"
          type="file"
          hidden
          aria-label={w.choose}
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            event.currentTarget.value = ""; // the same file may be chosen again
            void take(file);
          }}
        />
      </div>
      <ActionNote
        state={problem === "" ? { kind: "idle" } : { kind: "failed", message: problem }}
      />
    </>
  );
}

function Stage({ transfer, onChanged }: StageProps) {
  const w = dataWords.value;
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
            <Refusals transfer={transfer} found={transfer.found} />
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
  const w = dataWords.value;
  return (
    <Card title={w.import} id="import-card">
      <p class="hint">{w.importExplained}</p>
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
