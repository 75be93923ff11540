/** Import of a file: upload, check, store, undo. */

import { useRef, useState } from "preact/hooks";
import { versionList } from "../../shared/formats";
import { languageTag } from "../../shared/language";
import { words } from "../../shared/words";
import { ActionNote, Card, Confirm } from "../shared/parts";
import { DigitBars } from "../shared/plot";
import { useAction } from "../shared/requests";
import { errorSentence, query, stay } from "../state";
import { data, type Found, importFile, isMoving, type Transfer } from "./calls";
import { withValue } from "./export-card";
import { dataWords } from "./words";

function FoundInIt({ found }: { found: Found }) {
  const w = dataWords.value;
  const total = found.by_label.reduce((sum, n) => sum + n, 0);
  const fewest = found.by_label.indexOf(Math.min(...found.by_label));
  return (
    <>
      <p>
        <strong id="import-found">{w.found(total)}</strong>{" "}
        {found.n_known === 0 ? w.foundNoneKnown : w.foundKnown(found.n_known)}
      </p>
      <DigitBars
        id="import-per-digit"
        title={w.perDigit}
        finding={w.fewest(fewest, found.by_label[fewest] ?? 0)}
        byLabel={found.by_label}
      />
      {found.n_refused > 0 && <Refusals found={found} />}
    </>
  );
}

function Refusals({ found }: { found: Found }) {
  const w = dataWords.value;
  const rest = found.n_refused - found.refusals.length;
  return (
    <div class="refusals" id="import-refusals">
      <p>{w.foundRefused(found.n_refused)}</p>
      <ul>
        {found.refusals.map((sentence, place) => (
          <li key={place}>{sentence}</li>
        ))}
        {rest > 0 && <li>{w.andMore(rest)}</li>}
      </ul>
    </div>
  );
}

interface StageProps {
  transfer: Transfer;
  onChanged: () => void;
}

function Moving({ transfer }: { transfer: Transfer }) {
  const w = dataWords.value;
  const { status, n_done, n_total } = transfer;
  const text = {
    queued: w.queued,
    checking: w.checking(n_done),
    storing: w.storing(n_done, n_total ?? 0),
    undoing: w.undoing(n_done),
  }[status as "queued" | "checking" | "storing" | "undoing"];
  const hasEnd = status === "storing" && n_total !== null && n_total > 0;
  return (
    <>
      <p id="import-progress">{text}</p>
      {hasEnd ? (
        <progress class="data-progress" aria-label={text} max={n_total} value={n_done} />
      ) : (
        <progress class="data-progress" aria-label={text} />
      )}
      <p class="hint">{w.mayLeave}</p>
      {transfer.message !== null && <p class="note is-failed">{transfer.message}</p>}
    </>
  );
}

export function Ready({ transfer, onChanged }: StageProps) {
  const w = dataWords.value;
  const action = useAction();
  const { id, found, n_total } = transfer;
  const act = (work: Promise<unknown>) =>
    action.run(async () => {
      await work;
      onChanged();
      return "";
    });
  return (
    <>
      {found !== null && <FoundInIt found={found} />}
      <p class="quiet">{w.nothingStored}</p>
      <div class="button-row">
        <button
          type="button"
          id="import-store"
          class="primary-button"
          onClick={() => act(data.store(id))}
        >
          {w.store((n_total ?? 0) - (found?.n_known ?? 0))}
        </button>
        <button
          type="button"
          id="import-discard"
          class="plain-button"
          onClick={() => act(data.undo(id))}
        >
          {w.discard}
        </button>
      </div>
      <ActionNote state={action.state} />
    </>
  );
}

function Done({ transfer, onChanged }: StageProps) {
  const w = dataWords.value;
  const action = useAction();
  const [isAsking, setAsking] = useState(false);
  const { id, found, n_new, versions } = transfer;
  return (
    <>
      <p>
        <strong id="import-result">{n_new === 0 ? w.storedNone : w.stored(n_new)}</strong>
      </p>
      {found !== null && found.n_refused > 0 && <Refusals found={found} />}
      {n_new > 0 && (
        <button
          type="button"
          id="import-undo"
          class="danger-button"
          onClick={() => setAsking(true)}
        >
          {w.undo}
        </button>
      )}
      <ActionNote state={action.state} />
      {isAsking && (
        <Confirm
          title={w.undoTitle(n_new)}
          action={w.undo}
          onClose={() => setAsking(false)}
          onConfirm={() => {
            setAsking(false);
            action.run(async () => {
              await data.undo(id);
              onChanged();
              return "";
            });
          }}
        >
          <p>{w.undoConsequence}</p>
          {versions.length > 0 && (
            <p>{w.undoVersions(versionList(versions, languageTag.value), versions.length)}</p>
          )}
        </Confirm>
      )}
    </>
  );
}

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
