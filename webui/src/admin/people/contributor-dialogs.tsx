/** Blocking somebody, and erasing what they drew: each says first what it does. */

import { useCallback } from "preact/hooks";
import { Dialog } from "../../shared/dialog";
import { versionList } from "../../shared/figures";
import { languageTag, words } from "../../shared/language";
import { people_words } from "./words";
import { Field, Show } from "../shared/parts";
import { type Action, useLoaded } from "../shared/requests";
import { people, type ContributorRow, type Erasure } from "./calls";
import { text } from "../shared/tables";

interface DialogProps {
  row: ContributorRow;
  action: Action;
  onClose: () => void;
  onChanged: () => void;
}

export function BlockDialog({ row, action, onClose, onChanged }: DialogProps) {
  const w = people_words.value;
  const is_blocked = row.blocked_at !== null;
  const name = is_blocked ? w.unblock : w.block;
  return (
    <Dialog title={`${name}: ${w.number(row.number)}`} onClose={onClose}>
      <form
        id="block-form"
        onSubmit={(event) => {
          event.preventDefault();
          const reason = text(event.currentTarget, "reason");
          action.run(async () => {
            if (is_blocked) await people.unblock(row.number, reason);
            else await people.block(row.number, reason);
            onChanged();
            return is_blocked ? w.unblocked_now : w.blocked_now;
          });
          onClose();
        }}
      >
        <p>{is_blocked ? w.unblock_lead : w.block_lead}</p>
        <Field id="reason" label={w.reason}>
          <input id="reason" name="reason" maxLength={500} required autocomplete="off" />
        </Field>
        <div class="button-row">
          <button class={is_blocked ? "primary-button" : "danger-button"}>{name}</button>
          <button type="button" class="plain-button" onClick={onClose}>
            {words.value.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function erasureSentences({ n_drawings, versions, live_version }: Erasure): string[] {
  const w = people_words.value;
  if (versions.length === 0) return [w.erase_lead(n_drawings), w.erase_no_versions];
  const list = versionList(versions, languageTag.value);
  const is_live = live_version !== null && versions.includes(live_version);
  return [
    w.erase_lead(n_drawings),
    w.erase_versions(list, versions.length),
    ...(is_live ? [w.erase_live(live_version)] : []),
  ];
}

export function EraseDialog({ row, action, onClose, onChanged }: DialogProps) {
  const w = people_words.value;
  const { number } = row;
  const load = useCallback(() => people.erasure(number), [number]);
  const loaded = useLoaded(load, "");
  return (
    <Dialog title={`${w.erase}: ${w.number(number)}`} onClose={onClose}>
      <Show loaded={loaded}>
        {(erasure) => (
          <>
            {erasureSentences(erasure).map((sentence) => (
              <p key={sentence} class="erasure-sentence">
                {sentence}
              </p>
            ))}
            <div class="button-row">
              <button
                type="button"
                id="erase-confirm"
                class="danger-button"
                onClick={() => {
                  action.run(async () => {
                    const { n_drawings } = await people.erase(number);
                    onChanged();
                    return w.erased(n_drawings);
                  });
                  onClose();
                }}
              >
                {w.erase_button(erasure.n_drawings)}
              </button>
              <button type="button" class="plain-button" onClick={onClose}>
                {words.value.cancel}
              </button>
            </div>
          </>
        )}
      </Show>
    </Dialog>
  );
}
