/** The gallery's wall for looking on: only the rows in sight are in the page, tiles are links. */

import { useEffect } from "preact/hooks";
import { runs_words } from "./words";
import { InkCanvas } from "../../shared/ink";
import { ROW_PX, TILE_PX, useInSight } from "../shared/use-in-sight";
import { Link } from "../shared/parts";
import type { RunDrawing } from "./calls";

const ROWS_AHEAD = 12; // so far before the end the next page is asked for

function Tile({ drawing, place }: { drawing: RunDrawing; place: number }) {
  const w = runs_words.value;
  const { id, ink, label, learned_label, is_new, status } = drawing;
  const is_changed = label !== learned_label;
  const said = w.tile(learned_label, is_new) + (is_changed ? w.now_labelled(label) : "");
  return (
    <div role="listitem" aria-posinset={place + 1} aria-setsize={-1}>
      <Link view="drawings" part={id} class={`wall-tile is-${status}`}>
        <InkCanvas ink={ink} />
        <span class="visually-hidden">{said}</span>
        <span class="wall-label" aria-hidden="true">
          {learned_label}
          {is_changed && <span class="wall-read">{label}</span>}
        </span>
      </Link>
    </div>
  );
}

interface RunWallProps {
  items: readonly RunDrawing[];
  onNearEnd: () => void;
}

export function RunWall({ items, onNearEnd }: RunWallProps) {
  const [wall, { columns, first_row, n_rows }] = useInSight();
  const n_all_rows = Math.ceil(items.length / columns);
  const first = Math.min(first_row, Math.max(0, n_all_rows - 1)) * columns;
  const is_near_end = first_row + n_rows + ROWS_AHEAD >= n_all_rows;
  useEffect(() => {
    if (is_near_end) onNearEnd();
  }, [is_near_end, onNearEnd]);
  return (
    <div
      ref={wall}
      id="run-wall"
      class="wall"
      role="list"
      aria-label={runs_words.value.wall}
      style={{ height: `${n_all_rows * ROW_PX}px` }}
    >
      <div
        class="wall-rows"
        role="presentation"
        style={{
          transform: `translateY(${(first / columns) * ROW_PX}px)`,
          gridTemplateColumns: `repeat(${columns}, ${TILE_PX}px)`,
        }}
      >
        {items.slice(first, first + n_rows * columns).map((drawing, index) => (
          <Tile key={drawing.id} drawing={drawing} place={first + index} />
        ))}
      </div>
    </div>
  );
}
