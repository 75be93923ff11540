/** What is kept of a person, and what they may do with it: take it, delete it, carry it along. */

import { useCallback, useEffect, useState } from "preact/hooks";
import { Dialog } from "../../dialog";
import { versionList } from "../../figures";
import { languageTag } from "../../i18n/language";
import { privacy_words } from "../../i18n/privacy";
import { learnedMayDiffer } from "../learned-actions";
import { loadMine } from "../mine-actions";
import { carry_token, is_privacy_open, toast } from "../page-state";
import "../../../styles/privacy.css";
import { deleted_all, own, sentenceOf, type CarryLink, type Joined, type Kept } from "./own-data";

function moment(text: string, style: "date" | "time"): string {
  const format = style === "date" ? { dateStyle: "long" } : { timeStyle: "short" };
  return new Intl.DateTimeFormat(languageTag.value, format as Intl.DateTimeFormatOptions).format(
    new Date(text),
  );
}

/** A question to the server, the sentence of what went wrong, and a way to ask again. */
function useAnswer<Value>(load: () => Promise<Value>): {
  value: Value | null;
  problem: string;
  again: () => void;
} {
  const [value, setValue] = useState<Value | null>(null);
  const [problem, setProblem] = useState("");
  const again = useCallback(() => {
    setProblem("");
    load().then(setValue, (error: unknown) => setProblem(sentenceOf(error)));
  }, [load]);
  useEffect(again, [again]);
  return { value, problem, again };
}

function Problem({ sentence, onAgain }: { sentence: string; onAgain: () => void }) {
  return (
    <p class="privacy-problem" role="alert">
      {sentence}{" "}
      <button type="button" class="quiet-button" onClick={onAgain}>
        {privacy_words.value.try_again}
      </button>
    </p>
  );
}

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

interface ChangeProps {
  kept: Kept;
  onChanged: () => void;
}

function DeleteAll({ kept, onChanged }: ChangeProps) {
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

function Carry() {
  const w = privacy_words.value;
  const [link, setLink] = useState<CarryLink | null>(null);
  const [said, setSaid] = useState("");
  const address = link === null ? "" : `${location.origin}/#carry=${link.token}`;

  async function attempt(work: () => Promise<void>): Promise<void> {
    setSaid("");
    try {
      await work();
    } catch (error) {
      setSaid(sentenceOf(error));
    }
  }

  return (
    <section class="privacy-part" aria-labelledby="carry-title">
      <h3 id="carry-title">{w.carry}</h3>
      <p class="quiet">{w.carry_explained}</p>
      {link === null ? (
        <button
          type="button"
          id="make-link"
          class="plain-button"
          onClick={() => void attempt(async () => setLink(await own.makeLink()))}
        >
          {w.make_link}
        </button>
      ) : (
        <>
          <input
            id="carry-link"
            class="carry-link"
            readOnly
            value={address}
            aria-label={w.link}
            onFocus={(event) => event.currentTarget.select()}
          />
          <p>{w.ends(moment(link.expires_at, "time"))}</p>
          <div class="privacy-buttons">
            <button
              type="button"
              class="plain-button"
              onClick={() =>
                void attempt(async () => {
                  await navigator.clipboard.writeText(address);
                  setSaid(w.copied);
                })
              }
            >
              {w.copy}
            </button>
            <button
              type="button"
              id="revoke-link"
              class="plain-button"
              onClick={() =>
                void attempt(async () => {
                  await own.revoke();
                  setLink(null);
                  setSaid(w.revoked);
                })
              }
            >
              {w.revoke}
            </button>
          </div>
        </>
      )}
      <p role="status">{said}</p>
    </section>
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

export function JoinDialog({ token }: { token: string }) {
  const w = privacy_words.value;
  const load = useCallback(() => own.preview(token), [token]);
  const { value: found, problem, again } = useAnswer<Joined>(load);
  const [refusal, setRefusal] = useState("");
  const close = () => (carry_token.value = null);

  async function join(): Promise<void> {
    try {
      await own.join(token);
    } catch (error) {
      setRefusal(sentenceOf(error));
      return;
    }
    close();
    toast.value = { text: w.joined, action: null };
    await loadMine();
    learnedMayDiffer();
  }

  return (
    <Dialog title={w.join_title} onClose={close}>
      {problem !== "" && <Problem sentence={problem} onAgain={again} />}
      {found === null && problem === "" && <p class="quiet">{w.loading}</p>}
      {found !== null && (
        <div class="privacy-part" id="join">
          <p>
            {w.join_there(found.n_there)} {w.join_here(found.n_here)}
          </p>
          <p class="quiet">{w.join_only}</p>
          <div class="privacy-buttons">
            <button type="button" id="join-yes" class="primary-button" onClick={() => void join()}>
              {w.join}
            </button>
            <button type="button" class="plain-button" onClick={close}>
              {w.not_now}
            </button>
          </div>
          <p role="status">{refusal}</p>
        </div>
      )}
    </Dialog>
  );
}
