/** The link that carries one's drawings to another browser. */

import { useState } from "preact/hooks";
import { privacy_words } from "./words";
import { moment, own, sentenceOf, type CarryLink } from "./calls";

export function Carry() {
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
