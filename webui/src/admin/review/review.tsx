/** Review: decide on drawings by keyboard, one at a time or twenty at once. */

import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { query as address, stay } from "../state";
import { adminWords } from "../words";
import {
  accept,
  acceptRest,
  begin,
  fetchMore,
  isFetching,
  leave,
  leaveNow,
  problem,
  queue,
  reject,
  relabel,
  said,
  session,
  setSize,
  undoLast,
} from "./actions";
import { ReviewGrid } from "./grid";
import { moved, type Press, type ReviewKey, reviewKeyOf } from "./keys";
import { decidedOf, nAtHand, openOnes, type ReviewItem, type Size } from "./queue";
import { ReviewSingle } from "./single";
import { reviewWords } from "./words";
import "./styles.css";

function pressOf(event: KeyboardEvent): Press {
  const target = event.target instanceof Element ? event.target : null;
  return {
    key: event.key,
    isRepeat: event.repeat,
    hasShift: event.shiftKey,
    hasCommand: event.ctrlKey || event.metaKey || event.altKey,
    isOnControl: target?.closest("button, a, summary") != null,
    isElsewhere:
      event.isComposing ||
      target?.closest("input, textarea, select") != null ||
      document.querySelector("dialog[open]") !== null,
  };
}

/** Focus the tile that the next key acts on. */
function focusTile(id: string): void {
  document.querySelector<HTMLElement>(`.review-tile[data-id="${id}"]`)?.focus();
}

function columnsOf(): number {
  const grid = document.querySelector("#review-grid");
  return grid === null ? 1 : getComputedStyle(grid).gridTemplateColumns.split(" ").length;
}

function act(key: ReviewKey, current: ReviewItem | null): void {
  const { page, size } = queue.value;
  switch (key.kind) {
    case "move": {
      const place = page.findIndex(({ id }) => id === current?.id);
      const target = page[moved(place, key.by, page.length, columnsOf())];
      if (size === 20 && target !== undefined) focusTile(target.id);
      return;
    }
    case "accept_rest":
      if (size === 20) acceptRest();
      else if (current !== null) accept(current);
      return;
    case "undo":
      undoLast();
      return;
  }
  if (current === null || decidedOf(queue.value, current.id) !== undefined) return;
  if (key.kind === "accept") accept(current);
  else if (key.kind === "reject") reject(current);
  else relabel(current, key.label);
}

/** Handle a key; it acts on `current`. */
function hearKey(event: KeyboardEvent, current: ReviewItem | null): void {
  const key = reviewKeyOf(pressOf(event));
  if (key === null) return;
  event.preventDefault();
  act(key, current);
}

const LOOK_AGAIN_MS = 10_000;

function sizeOf(query: string): Size {
  return new URLSearchParams(query).get("view") === "grid" ? 20 : 1;
}

function Lead() {
  const w = reviewWords.value;
  const now = session.value;
  if (now === null) return <h1>{reviewWords.value.title}</h1>;
  const { nLeft, isLeftExact, nQuarantined, nDone } = now;
  return (
    <>
      <h1 id="lead">
        {nLeft === 0 ? w.leadNone : w.lead(Math.min(nQuarantined, nLeft), nLeft, isLeftExact)}
      </h1>
      <p class="facts review-counts">
        <span id="review-done">{w.doneToday(nDone)}</span>
        <span id="review-left">{w.left(nLeft, isLeftExact)}</span>
      </p>
    </>
  );
}

function Mode({ size }: { size: Size }) {
  const w = reviewWords.value;
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

export default function ReviewPage(): VNode {
  const w = reviewWords.value;
  const size = sizeOf(address.value);
  const [picked, setPicked] = useState<string | null>(null);
  const { page } = queue.value;
  const open = openOnes(queue.value);
  const current =
    (size === 20 ? page.find(({ id }) => id === picked) : undefined) ?? open[0] ?? null;
  const isOpen = current !== null && open.includes(current);
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
    if (size !== 20 || isOpen || open[0] === undefined) return;
    const place = page.findIndex(({ id }) => id === picked);
    const next = page.slice(place + 1).find((item) => open.includes(item)) ?? open[0];
    setPicked(next.id);
    if (document.activeElement?.closest(".review-tile") != null) focusTile(next.id);
  }, [size, isOpen, open, page, picked]);

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
        <ReviewGrid current={isOpen ? current : null} onCurrent={setPicked} />
      )}
      {open.length === 0 &&
        (session.value === null && problem.value === "" ? (
          <p class="quiet">{adminWords.value.loading}</p>
        ) : (
          <section class="card review-none">
            <p id="review-none">{(session.value?.nLeft ?? 0) > 0 ? w.noneFree : w.none}</p>
            <button
              type="button"
              class="plain-button"
              disabled={isFetching.value}
              onClick={() => void fetchMore()}
            >
              {w.lookAgain}
            </button>
          </section>
        ))}
    </>
  );
}
