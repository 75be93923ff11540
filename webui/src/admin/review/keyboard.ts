/** Hears the keys of the review and does what they mean. */

import { accept, acceptRest, queue, reject, relabel, undoLast } from "./actions";
import { moved, reviewKeyOf, type Press, type ReviewKey } from "./keys";
import { decidedOf, type ReviewItem } from "./queue";

function pressOf(event: KeyboardEvent): Press {
  const target = event.target instanceof Element ? event.target : null;
  return {
    key: event.key,
    is_repeat: event.repeat,
    has_shift: event.shiftKey,
    has_command: event.ctrlKey || event.metaKey || event.altKey,
    is_on_control: target?.closest("button, a, summary") != null,
    is_elsewhere:
      event.isComposing ||
      target?.closest("input, textarea, select") != null ||
      document.querySelector("dialog[open]") !== null,
  };
}

/** Focus follows the drawing that the next key is about. */
export function focusTile(id: string): void {
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

/** `current` is the drawing that the key is about. */
export function hearKey(event: KeyboardEvent, current: ReviewItem | null): void {
  const key = reviewKeyOf(pressOf(event));
  if (key === null) return;
  event.preventDefault();
  act(key, current);
}
