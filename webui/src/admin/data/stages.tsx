/** The import card in each stage: checking, waiting for a decision, storing, done. */

import { useState } from "preact/hooks";
import { versionList } from "../../shared/formats";
import { languageTag } from "../../shared/language";
import { DigitBars } from "../shared/plot";
import { ActionNote, Confirm } from "../shared/parts";
import { useAction } from "../shared/requests";
import { data, type Found, leftOutAddress, type Transfer } from "./calls";
import { Decide, Preview } from "./preview";
import { dataWords } from "./words";

function FoundInIt({ transfer, found }: { transfer: Transfer; found: Found }) {
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
      {found.n_refused > 0 && <Refusals transfer={transfer} found={found} />}
    </>
  );
}

export function Refusals({ transfer, found }: { transfer: Transfer; found: Found }) {
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
      {found.has_left_out_file && (
        <a id="import-left-out" href={leftOutAddress(transfer.id)} download>
          {w.downloadLeftOut}
        </a>
      )}
    </div>
  );
}

export interface StageProps {
  transfer: Transfer;
  onChanged: () => void;
}

export function Moving({ transfer }: { transfer: Transfer }) {
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
      {found !== null && <FoundInIt transfer={transfer} found={found} />}
      <Preview transfer={transfer} />
      <p class="quiet">{w.nothingStored}</p>
      <Decide
        found={found}
        n={(n_total ?? 0) - (found?.n_known ?? 0)}
        onStore={(decision) => act(data.store(id, decision))}
        onDiscard={() => act(data.undo(id))}
      />
      <ActionNote state={action.state} />
    </>
  );
}

export function Done({ transfer, onChanged }: StageProps) {
  const w = dataWords.value;
  const action = useAction();
  const [isAsking, setAsking] = useState(false);
  const { id, found, n_new, versions } = transfer;
  return (
    <>
      <p>
        <strong id="import-result">{n_new === 0 ? w.storedNone : w.stored(n_new)}</strong>
      </p>
      {found !== null && found.n_refused > 0 && <Refusals transfer={transfer} found={found} />}
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
