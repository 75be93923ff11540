/** Review: what needs a person, one at a time or twenty at once, by keyboard. */

import { useEffect, useRef, useState } from "preact/hooks";
import { words } from "../../shared/language";
import { review_words } from "./words";
import { query as address, stay } from "../state";
import "./styles.css";
import {
  begin,
  fetchMore,
  is_fetching,
  leave,
  leaveNow,
  problem,
  queue,
  said,
  session,
  setSize,
} from "./actions";
import { ReviewGrid } from "./grid";
import { focusTile, hearKey } from "./keyboard";
import { nAtHand, openOnes, type Size } from "./queue";
import { ReviewSingle } from "./single";

const LOOK_AGAIN_MS = 10_000;

function sizeOf(query: string): Size {
  return new URLSearchParams(query).get("view") === "grid" ? 20 : 1;
}

function Lead() {
  const w = review_words.value;
  const now = session.value;
  if (now === null) return <h1>{words.value.admin.review}</h1>;
  const { n_left, is_left_exact, n_quarantined, n_done } = now;
  return (
    <>
      <h1 id="lead">
        {n_left === 0
          ? w.lead_none
          : w.lead(Math.min(n_quarantined, n_left), n_left, is_left_exact)}
      </h1>
      <p class="facts review-counts">
        <span id="review-done">{w.done_today(n_done)}</span>
        <span id="review-left">{w.left(n_left, is_left_exact)}</span>
      </p>
    </>
  );
}

function Mode({ size }: { size: Size }) {
  const w = review_words.value;
  const modes = [
    { is: 1, name: w.single, wanted: "" },
    { is: 20, name: w.grid, wanted: "view=grid" },
  ] as const;
  return (
    <div class="segments" role="group" aria-label={w.mode}>
      {modes.map(({ is, name, wanted }) => (
        <button
          key={is}
          type="button"
          aria-pressed={is === size}
          onClick={(event) => {
            stay("review", "", wanted, "push");
            event.currentTarget.blur();
          }}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

export function ReviewView() {
  const w = review_words.value;
  const size = sizeOf(address.value);
  const [picked, setPicked] = useState<string | null>(null);
  const { page } = queue.value;
  const open = openOnes(queue.value);
  const current =
    (size === 20 ? page.find(({ id }) => id === picked) : undefined) ?? open[0] ?? null;
  const is_open = current !== null && open.includes(current);
  const latest = useRef(current);
  latest.current = current;

  useEffect(() => {
    begin(sizeOf(address.value));
    const again = setInterval(() => {
      if (nAtHand(queue.value) === 0 && !document.hidden) void fetchMore();
    }, LOOK_AGAIN_MS);
    const hear = (event: KeyboardEvent) => {
      hearKey(event, latest.current);
    };
    document.addEventListener("keydown", hear);
    addEventListener("pagehide", leaveNow);
    return () => {
      clearInterval(again);
      document.removeEventListener("keydown", hear);
      removeEventListener("pagehide", leaveNow);
      void leave();
    };
  }, []);

  useEffect(() => setSize(size), [size]);

  // After a decision in the grid the focus goes on to the next open drawing.
  useEffect(() => {
    if (size !== 20 || is_open || open[0] === undefined) return;
    const place = page.findIndex(({ id }) => id === picked);
    const next = page.slice(place + 1).find((item) => open.includes(item)) ?? open[0];
    setPicked(next.id);
    if (document.activeElement?.closest(".review-tile") != null) focusTile(next.id);
  }, [size, is_open, open, page, picked]);

  return (
    <>
      <div class="lead review-lead">
        <div>
          <Lead />
        </div>
        <Mode size={size} />
      </div>
      <p class="visually-hidden" role="status" id="review-said">
        {said.value}
      </p>
      {problem.value !== "" && (
        <p class="banner" role="alert">
          {problem.value}
        </p>
      )}
      {size === 1 && current !== null && <ReviewSingle item={current} />}
      {size === 20 && page.length > 0 && open.length > 0 && (
        <ReviewGrid current={is_open ? current : null} onCurrent={setPicked} />
      )}
      {open.length === 0 &&
        (session.value === null && problem.value === "" ? (
          <p class="quiet">{words.value.admin.loading}</p>
        ) : (
          <section class="card review-none">
            <p id="review-none">{(session.value?.n_left ?? 0) > 0 ? w.none_free : w.none}</p>
            <button
              type="button"
              class="plain-button"
              disabled={is_fetching.value}
              onClick={() => void fetchMore()}
            >
              {w.look_again}
            </button>
          </section>
        ))}
    </>
  );
}
