/** What is kept of a person, and what they may do with it: take it, delete it, carry it along. */

import { Dialog } from "../../shared/dialog";
import { versionList } from "../../shared/figures";
import { languageTag } from "../../shared/language";
import { privacy_words } from "./words";
import { is_privacy_open } from "../state";
import { Problem, useAnswer } from "./ask-again";
import { Carry } from "./carry";
import { DeleteAll } from "./delete-all";
import { moment, own, type Kept } from "./calls";

function Facts({ kept }: { kept: Kept }) {
  const w = privacy_words.value;
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
        {consented_at !== null && w.told(moment(consented_at, "date"))}
      </p>
    </div>
  );
}

export function PrivacySheet() {
  const w = privacy_words.value;
  const { value: kept, problem, again } = useAnswer(own.kept);
  return (
    <Dialog title={w.title} onClose={() => (is_privacy_open.value = false)}>
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
              <p class="quiet">{w.download_explained}</p>
            </>
          )}
          <DeleteAll kept={kept} onChanged={again} />
        </div>
      )}
      <Carry />
    </Dialog>
  );
}
