/** Deleting everything, and bringing it back for a minute. */

import { useState } from "preact/hooks";
import { versionList } from "../../shared/figures";
import { languageTag } from "../../shared/language";
import { privacy_words } from "./words";
import { learnedMayDiffer } from "../learned-actions";
import { loadMine } from "../mine-actions";
import { deleted_all, own, sentenceOf, type Kept } from "./calls";

interface ChangeProps {
  kept: Kept;
  onChanged: () => void;
}

export function DeleteAll({ kept, onChanged }: ChangeProps) {
  const w = privacy_words.value;
  const [is_asking, setAsking] = useState(false);
  const [said, setSaid] = useState("");
  const deleted = deleted_all.value;

  async function attempt(work: () => Promise<string>): Promise<void> {
    try {
      setSaid(await work());
    } catch (error) {
      setSaid(sentenceOf(error));
    }
    setAsking(false);
    onChanged();
    await loadMine();
    learnedMayDiffer();
  }

  function remove(): Promise<void> {
    return attempt(async () => {
      const { n_drawings, versions } = await own.deleteAll();
      const learned =
        versions.length === 0 ? "" : w.deleted_learned(versionList(versions, languageTag.value));
      return `${w.deleted(n_drawings)} ${learned}`;
    });
  }

  function restore(deleted_at: string): Promise<void> {
    return attempt(async () => {
      const { n_drawings } = await own.restoreAll(deleted_at);
      deleted_all.value = null;
      return w.restored(n_drawings);
    });
  }

  return (
    <>
      {kept.n_drawings > 0 && !is_asking && (
        <button type="button" id="delete-all" class="danger-button" onClick={() => setAsking(true)}>
          {w.delete_all}
        </button>
      )}
      {is_asking && (
        <div class="privacy-sure">
          <p>
            <strong>{w.delete_sure(kept.n_drawings)}</strong> {w.delete_consequence}
          </p>
          <button
            type="button"
            id="delete-all-yes"
            class="danger-button"
            onClick={() => void remove()}
          >
            {w.delete_yes}
          </button>
        </div>
      )}
      <p role="status" id="privacy-said">
        {said}{" "}
        {deleted !== null && (
          <button
            type="button"
            id="undo-delete-all"
            class="quiet-button"
            onClick={() => void restore(deleted.deleted_at)}
          >
            {w.undo}
          </button>
        )}
      </p>
    </>
  );
}
