/** The wall of the gallery: select, label, accept, reject and delete by mouse or keyboard. */

import { useEffect } from "preact/hooks";
import { DIGITS } from "../../shared/shapes";
import { ROW_PX, TileFace, useWall, WallRows } from "../shared/wall";
import type { GalleryDrawing } from "./calls";
import { choose, chooseAll, moveOf, NOTHING, placeAfter, walk } from "./selection";
import { change, chosen, items, loading, loadMore, open, remove, selection, undo } from "./state";
import { drawingsWords } from "./words";

function tileId(place: number): string {
  return `tile-${place}`;
}

function Tile({ drawing, place }: { drawing: GalleryDrawing; place: number }) {
  const w = drawingsWords.value;
  const { label, prediction, status, ink } = drawing;
  const read = prediction?.label ?? null;
  const isActive = selection.value.active === place;
  const isChosen = selection.value.chosen.has(place);
  const sign = status === "accepted" ? "" : w.choice(status);
  const classes = ["wall-tile", `is-${status}`];
  if (isChosen) classes.push("is-chosen");
  if (isActive) classes.push("is-active");
  return (
    <div
      id={tileId(place)}
      class={classes.join(" ")}
      role="option"
      aria-selected={isChosen}
      aria-label={w.tile(label, read, sign)}
      aria-posinset={place + 1}
      aria-setsize={-1}
      data-place={place}
    >
      <TileFace ink={ink} label={label} other={read} status={status} />
    </div>
  );
}

/** Bring the tile of the keyboard into sight, below the bar that sticks to the top. */
function show(wall: HTMLDivElement | null, place: number, columns: number): void {
  if (wall === null) return;
  const top = wall.getBoundingClientRect().top + Math.floor(place / columns) * ROW_PX;
  const bar = document.getElementById("selection-bar")?.getBoundingClientRect().height ?? 0;
  const below = innerHeight - bar - 2 * ROW_PX;
  if (top < ROW_PX) scrollBy({ top: top - 2 * ROW_PX });
  else if (top > below) scrollBy({ top: top - below });
}

function placeOf(event: Event): number | null {
  const target = event.target instanceof Element ? event.target.closest("[data-place]") : null;
  const place = target?.getAttribute("data-place") ?? null;
  return place === null ? null : Number(place);
}

/** Apply a key to the selection. Returns whether the key has a meaning. */
function act(event: KeyboardEvent): boolean {
  const which = chosen();
  const digit = DIGITS.find((one) => String(one) === event.key);
  if (digit !== undefined) void change(which, "relabel", digit);
  else if (event.key === "a") void change(which, "accept", null);
  else if (event.key === "x") void change(which, "reject", null);
  else if (event.key === "Delete" || event.key === "Backspace") remove(which);
  else if (event.key === "u") void undo();
  else if (event.key === "Enter" && which[0] !== undefined) open(which[0].id);
  else return false;
  return true;
}

export function Wall() {
  const w = drawingsWords.value;
  const all = items.value;
  const inSight = useWall(all.length);
  const { wall, columns, first, end, heightPx, isNearEnd } = inSight;
  const shown = all.slice(first, end);
  const state = loading.value;

  useEffect(() => {
    if (isNearEnd && state.kind === "ready") void loadMore();
  }, [isNearEnd, state]);

  function onClick(event: MouseEvent): void {
    const place = placeOf(event);
    if (place === null) return;
    const isFinger = event instanceof PointerEvent && event.pointerType === "touch";
    const hasCommand = event.ctrlKey || event.metaKey || isFinger;
    const how = event.shiftKey ? "range" : hasCommand ? "toggle" : "only";
    selection.value = choose(selection.value, place, how);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const hasCommand = event.ctrlKey || event.metaKey;
    const move = event.altKey ? null : moveOf(event.key);
    const { active } = selection.value;
    if (move !== null && all.length > 0) {
      const place = placeAfter(active, move, all.length, columns);
      selection.value = walk(selection.value, place, event.shiftKey);
      show(wall.current, place, columns);
    } else if (event.key === " " && active !== null) {
      selection.value = choose(selection.value, active, "toggle");
    } else if (event.key === "a" && hasCommand) {
      selection.value = chooseAll(selection.value, all.length);
    } else if (event.key === "z" && hasCommand) {
      void undo();
    } else if (event.key === "Escape") {
      selection.value = { ...NOTHING, active };
    } else if (hasCommand || event.altKey || event.repeat || !act(event)) {
      return;
    }
    event.preventDefault();
  }

  const active = selection.value.active;
  const isActiveShown = active !== null && active >= first && active < first + shown.length;
  return (
    <div
      ref={wall}
      id="wall"
      class="wall"
      role="listbox"
      tabIndex={0}
      aria-multiselectable="true"
      aria-label={w.wall}
      aria-describedby="wall-keys"
      aria-activedescendant={isActiveShown ? tileId(active) : undefined}
      style={{ height: `${heightPx}px` }}
      onClick={onClick}
      onDblClick={(event) => {
        const drawing = all[placeOf(event) ?? -1];
        if (drawing !== undefined) open(drawing.id);
      }}
      onKeyDown={onKeyDown}
      onFocus={() => {
        if (active === null && all.length > 0) selection.value = walk(selection.value, 0, false);
      }}
    >
      <WallRows inSight={inSight}>
        {shown.map((drawing, index) => (
          <Tile key={drawing.id} drawing={drawing} place={first + index} />
        ))}
      </WallRows>
    </div>
  );
}
