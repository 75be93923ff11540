/** What a check found, before anything is stored: samples, warnings, and the decision of a person. */

import { useCallback, useState } from "preact/hooks";
import { InkCanvas } from "../../shared/ink";
import { Field } from "../shared/parts";
import { useLoaded } from "../shared/requests";
import {
  AS_IT_IS,
  CONFIRM,
  data,
  type Decision,
  type Found,
  type Sample,
  type Transfer,
} from "./calls";
import { assumedLines, proposalText, warningText } from "./warnings";
import { dataWords } from "./words";

/** Some drawings with their labels. */
function Samples({
  id,
  title,
  samples,
}: {
  id: string;
  title: string;
  samples: readonly Sample[];
}) {
  const w = dataWords.value;
  if (samples.length === 0) return null;
  return (
    <figure class="samples" id={id}>
      <figcaption>{title}</figcaption>
      <ul>
        {samples.map(({ ink, label }, place) => (
          <li key={place}>
            <InkCanvas ink={ink} label={w.sample(label)} />
            <span aria-hidden="true">{label}</span>
          </li>
        ))}
      </ul>
    </figure>
  );
}

/** How the file is read, and how far the live version agrees. */
export function Preview({ transfer }: { transfer: Transfer }) {
  const w = dataWords.value;
  const { id, found } = transfer;
  const load = useCallback(() => data.transfer(id), [id]);
  const whole = useLoaded(load, String(id));
  if (found === null) return null;
  const shown = whole.kind === "ready" ? whole.value.found : null;
  return (
    <>
      {found.warnings.length > 0 && (
        <ul class="import-warnings" id="import-warnings">
          {found.warnings.map((sentence, place) => {
            const notice = found.warning_facts[place];
            return (
              <li key={place}>{notice === undefined ? sentence : warningText(notice, sentence)}</li>
            );
          })}
        </ul>
      )}
      <Samples
        id="import-samples"
        title={w.samples(shown?.samples.length ?? 0)}
        samples={shown?.samples ?? []}
      />
      <Samples
        id="import-repaired"
        title={w.repairedSamples}
        samples={shown?.proposal?.samples ?? []}
      />
      <ul class="import-assumed quiet" id="import-assumed">
        {assumedLines(found.assumed).map((line) => (
          <li key={line}>{line}</li>
        ))}
        {found.agreement !== null && (
          <li id="import-agreement">
            {w.agreement(found.agreement.share, found.agreement.n, found.agreement.version)}
          </li>
        )}
      </ul>
    </>
  );
}

interface DecideProps {
  found: Found | null;
  /** How many drawings are stored. */
  n: number;
  onStore: (decision: Decision) => void;
  onDiscard: () => void;
}

/** The buttons: one that stores, or the choice that the file needs. */
export function Decide({ found, n, onStore, onDiscard }: DecideProps) {
  const w = dataWords.value;
  const discard = (
    <button type="button" id="import-discard" class="plain-button" onClick={onDiscard}>
      {w.discard}
    </button>
  );
  if (found?.needs === "confirm") {
    return <ConfirmInWords n={n} onStore={onStore} discard={discard} />;
  }
  const proposal = found?.proposal ?? null;
  if (proposal !== null) {
    return (
      <>
        <p id="import-proposal">
          <strong>{proposalText(proposal)}</strong>
        </p>
        <div class="button-row">
          <button
            type="button"
            id="import-repair"
            class="primary-button"
            onClick={() => onStore({ repair: proposal.repair })}
          >
            {w.storeRepaired(n)}
          </button>
          <button
            type="button"
            id="import-as-it-is"
            class="plain-button"
            onClick={() => onStore({ repair: AS_IT_IS })}
          >
            {w.storeAsItIs}
          </button>
          {discard}
        </div>
      </>
    );
  }
  return (
    <div class="button-row">
      <button type="button" id="import-store" class="primary-button" onClick={() => onStore({})}>
        {w.store(n)}
      </button>
      {discard}
    </div>
  );
}

interface ConfirmInWordsProps extends Pick<DecideProps, "n" | "onStore"> {
  discard: preact.VNode;
}

function ConfirmInWords({ n, onStore, discard }: ConfirmInWordsProps) {
  const w = dataWords.value;
  const [typed, setTyped] = useState("");
  const isConfirmed = typed.trim().toLowerCase() === w.confirmWords;
  return (
    <form
      class="import-confirm"
      onSubmit={(event) => {
        event.preventDefault();
        if (isConfirmed) onStore({ confirm: CONFIRM });
      }}
    >
      <Field id="import-words" label={w.confirmLabel(w.confirmWords)}>
        <input
          id="import-words"
          type="text"
          autocomplete="off"
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </Field>
      <div class="button-row">
        <button type="submit" id="import-store" class="danger-button" aria-disabled={!isConfirmed}>
          {w.store(n)}
        </button>
        {discard}
      </div>
    </form>
  );
}
