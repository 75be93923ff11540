/** A file comes in: sent, checked, looked at, stored, and taken out again if it was a mistake. */

import { useRef, useState } from "preact/hooks";
import { DIGITS } from "../../contract";
import { versionList } from "../../figures";
import { data_words } from "../../i18n/data";
import { languageTag, words } from "../../i18n/language";
import { errorSentence, query, stay } from "../admin-state";
import { BarChart } from "../bar-chart";
import { Confirm } from "../confirm";
import { ActionNote, Card } from "../parts";
import { useAction } from "../use-action";
import { data, importFile, type Found, type Transfer } from "./data-api";
import { withValue } from "./export-query";

/** Which import the card is about: in the address, so that it is still there after a reload. */
export function watch(id: number | null): void {
  const value = id === null ? "" : String(id);
  stay("data", "", withValue(query.value, "import", value), "replace");
}

interface DropProps {
  onSent: () => void;
}

function DropZone({ onSent }: DropProps) {
  const w = data_words.value;
  const input = useRef<HTMLInputElement>(null);
  const [percent, setPercent] = useState<number | null>(null);
  const [problem, setProblem] = useState("");
  const [is_over, setOver] = useState(false);

  async function take(file: File | undefined): Promise<void> {
    if (file === undefined || percent !== null) return;
    setProblem("");
    setPercent(0);
    try {
      const transfer = await importFile(file, (share) => setPercent(Math.floor(share * 100)));
      watch(transfer.id);
      onSent();
    } catch (error) {
      setProblem(errorSentence(error, words.value.failed_network));
    } finally {
      setPercent(null);
    }
  }

  return (
    <>
      <div
        class={is_over ? "drop-zone is-over" : "drop-zone"}
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

function FoundInIt({ found }: { found: Found }) {
  const w = data_words.value;
  const total = found.by_label.reduce((sum, n) => sum + n, 0);
  const fewest = found.by_label.indexOf(Math.min(...found.by_label));
  return (
    <>
      <p>
        <strong id="import-found">{w.found(total)}</strong>{" "}
        {found.n_known === 0 ? w.found_none_known : w.found_known(found.n_known)}
      </p>
      <BarChart
        id="import-per-digit"
        title={w.per_digit}
        finding={w.fewest(fewest, found.by_label[fewest] ?? 0)}
        unit={w.label}
        direction="up"
        data={DIGITS.map((digit) => ({
          key: String(digit),
          label: String(digit),
          n: found.by_label[digit] ?? 0,
          colour: `var(--digit-${digit})`,
        }))}
      />
      {found.n_refused > 0 && <Refusals found={found} />}
    </>
  );
}

function Refusals({ found }: { found: Found }) {
  const w = data_words.value;
  const rest = found.n_refused - found.refusals.length;
  return (
    <div class="refusals" id="import-refusals">
      <p>{w.found_refused(found.n_refused)}</p>
      <ul>
        {found.refusals.map((sentence, place) => (
          <li key={place}>{sentence}</li>
        ))}
        {rest > 0 && <li>{w.and_more(rest)}</li>}
      </ul>
    </div>
  );
}

interface StageProps {
  transfer: Transfer;
  onChanged: () => void;
}

function Moving({ transfer }: { transfer: Transfer }) {
  const w = data_words.value;
  const { status, n_done, n_total } = transfer;
  const text = {
    queued: w.queued,
    checking: w.checking(n_done),
    storing: w.storing(n_done, n_total ?? 0),
    undoing: w.undoing(n_done),
  }[status as "queued" | "checking" | "storing" | "undoing"];
  const has_end = status === "storing" && n_total !== null && n_total > 0;
  return (
    <>
      <p id="import-progress">{text}</p>
      {has_end ? (
        <progress class="data-progress" aria-label={text} max={n_total} value={n_done} />
      ) : (
        <progress class="data-progress" aria-label={text} />
      )}
      <p class="hint">{w.may_leave}</p>
      {transfer.message !== null && <p class="note is-failed">{transfer.message}</p>}
    </>
  );
}

function Ready({ transfer, onChanged }: StageProps) {
  const w = data_words.value;
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
      <p class="quiet">{w.nothing_stored}</p>
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
  const w = data_words.value;
  const action = useAction();
  const [is_asking, setAsking] = useState(false);
  const { id, found, n_new, versions } = transfer;
  return (
    <>
      <p>
        <strong id="import-result">{n_new === 0 ? w.stored_none : w.stored(n_new)}</strong>
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
      {is_asking && (
        <Confirm
          title={w.undo_title(n_new)}
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
          <p>{w.undo_consequence}</p>
          {versions.length > 0 && (
            <p>{w.undo_versions(versionList(versions, languageTag.value), versions.length)}</p>
          )}
        </Confirm>
      )}
    </>
  );
}

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
