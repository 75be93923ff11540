/** What is stored about a person, with download, delete and transfer to another browser. */

import { useState } from "preact/hooks";
import { Dialog } from "../../shared/dialog";
import { versionList } from "../../shared/formats";
import { languageTag } from "../../shared/language";
import { learnedMayDiffer, loadMine } from "../mine-actions";
import { isPrivacyOpen } from "../state";
import { Carry } from "./another-browser";
import { Problem, useAnswer } from "./ask-again";
import { deletedAll, type Kept, moment, own, sentenceOf } from "./calls";
import { privacyWords } from "./words";
import "./styles.css";

export { JoinDialog } from "./another-browser";

interface ChangeProps {
  kept: Kept;
  onChanged: () => void;
}

function DeleteAll({ kept, onChanged }: ChangeProps) {
  const w = privacyWords.value;
  const [isAsking, setAsking] = useState(false);
  const [said, setSaid] = useState("");
  const deleted = deletedAll.value;

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
        versions.length === 0 ? "" : w.deletedLearned(versionList(versions, languageTag.value));
      return `${w.deleted(n_drawings)} ${learned}`;
    });
  }

  function restore(deletedAt: string): Promise<void> {
    return attempt(async () => {
      const { n_drawings } = await own.restoreAll(deletedAt);
      deletedAll.value = null;
      return w.restored(n_drawings);
    });
  }

  return (
    <>
      {kept.n_drawings > 0 && !isAsking && (
        <button type="button" id="delete-all" class="danger-button" onClick={() => setAsking(true)}>
          {w.deleteAll}
        </button>
      )}
      {isAsking && (
        <div class="privacy-sure">
          <p>
            <strong>{w.deleteSure(kept.n_drawings)}</strong> {w.deleteConsequence}
          </p>
          <button
            type="button"
            id="delete-all-yes"
            class="danger-button"
            onClick={() => void remove()}
          >
            {w.deleteYes}
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

function Facts({ kept }: { kept: Kept }) {
  const w = privacyWords.value;
  const { n_drawings, n_with_strokes, n_pictures, versions, consented_at } = kept;
  return (
    <div class="privacy-facts">
      <p id="kept">
        <strong>{w.kept(n_drawings, n_with_strokes, n_pictures)}</strong>{" "}
        {versions.length > 0 &&
          w.learned(versionList(versions, languageTag.value), versions.length)}
      </p>
      <p class="quiet">
        {w.retention(kept.retention_days)}{" "}
        {consented_at !== null && w.toldOn(moment(consented_at, "date"))}
      </p>
    </div>
  );
}

export function PrivacySheet() {
  const w = privacyWords.value;
  const { value: kept, problem, again } = useAnswer(own.kept);
  return (
    <Dialog title={w.title} onClose={() => (isPrivacyOpen.value = false)}>
      <div class="privacy-part" id="privacy-sheet">
        {w.text.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </div>
      {problem !== "" && <Problem sentence={problem} onAgain={again} />}
      {kept === null && problem === "" && <p class="quiet">{w.loading}</p>}
      {kept !== null && (
        <div class="privacy-part">
          <Facts kept={kept} />
          {kept.n_drawings > 0 && (
            <>
              <a class="plain-button" id="download-mine" href="/api/v1/me/data.zip" download>
                {w.download}
              </a>
              <p class="quiet">{w.downloadExplained}</p>
            </>
          )}
          <DeleteAll kept={kept} onChanged={again} />
        </div>
      )}
      <Carry />
    </Dialog>
  );
}
