/** This page was opened by the link of another browser: asks whether they shall be one. */

import { useCallback, useState } from "preact/hooks";
import { Dialog } from "../../shared/dialog";
import { privacy_words } from "./words";
import { learnedMayDiffer } from "../learned-actions";
import { loadMine } from "../mine-actions";
import { carry_token, toast } from "../state";
import { Problem, useAnswer } from "./ask-again";
import { own, sentenceOf, type Joined } from "./calls";

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
