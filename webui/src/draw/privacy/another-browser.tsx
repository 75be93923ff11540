/** Share one's drawings with another browser: make a link here, accept it there. */

import { useCallback, useState } from "preact/hooks";
import { Dialog } from "../../shared/dialog";
import { learnedMayDiffer, loadMine } from "../mine-actions";
import { carryToken, toast } from "../state";
import { Problem, useAnswer } from "./ask-again";
import { type CarryLink, type Joined, moment, own, sentenceOf } from "./calls";
import { privacyWords } from "./words";

export function Carry() {
  const w = privacyWords.value;
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
      <p class="quiet">{w.carryExplained}</p>
      {link === null ? (
        <button
          type="button"
          id="make-link"
          class="plain-button"
          onClick={() => void attempt(async () => setLink(await own.makeLink()))}
        >
          {w.makeLink}
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

export function JoinDialog({ token }: { token: string }) {
  const w = privacyWords.value;
  const load = useCallback(() => own.preview(token), [token]);
  const { value: found, problem, again } = useAnswer<Joined>(load);
  const [refusal, setRefusal] = useState("");
  const close = () => (carryToken.value = null);

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
    <Dialog title={w.joinTitle} onClose={close}>
      {problem !== "" && <Problem sentence={problem} onAgain={again} />}
      {found === null && problem === "" && <p class="quiet">{w.loading}</p>}
      {found !== null && (
        <div class="privacy-part" id="join">
          <p>
            {w.joinThere(found.n_there)} {w.joinHere(found.n_here)}
          </p>
          <p class="quiet">{w.joinOnly}</p>
          <div class="privacy-buttons">
            <button type="button" id="join-yes" class="primary-button" onClick={() => void join()}>
              {w.join}
            </button>
            <button type="button" class="plain-button" onClick={close}>
              {w.notNow}
            </button>
          </div>
          <p role="status">{refusal}</p>
        </div>
      )}
    </Dialog>
  );
}
