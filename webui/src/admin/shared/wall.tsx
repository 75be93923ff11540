/** A wall of drawings: only the rows in sight are in the page; each label is under its ink. */

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { CrossIcon, QuestionIcon } from "../../shared/icons";
import { InkCanvas } from "../../shared/ink";
import type { Digit, DrawingStatus } from "../../shared/shapes";
import "./wall.css";

const TILE_PX = 64; // width, with the space around it
export const ROW_PX = 84; // height of the same: the ink, and a line for the label below it
const ROWS_BEYOND = 4; // drawn above and below what is in sight
const ROWS_AHEAD = 12; // load the next page when this close to the end

interface Sight {
  columns: number;
  firstRow: number;
  nRows: number;
}

interface WallInSight {
  wall: { current: HTMLDivElement | null };
  columns: number;
  /** Which of the items are in the page: from `first` to before `end`. */
  first: number;
  end: number;
  heightPx: number;
  isNearEnd: boolean;
}

/** Follows which part of a wall of `nItems` tiles is in sight; `wall` goes to its element. */
export function useWall(nItems: number): WallInSight {
  const wall = useRef<HTMLDivElement>(null);
  const [sight, setSight] = useState<Sight>({ columns: 6, firstRow: 0, nRows: 20 });

  useLayoutEffect(() => {
    function look(): void {
      const box = wall.current?.getBoundingClientRect();
      if (box === undefined) return;
      const columns = Math.max(1, Math.floor(box.width / TILE_PX));
      const firstRow = Math.max(0, Math.floor(-box.top / ROW_PX) - ROWS_BEYOND);
      const nRows = Math.ceil(innerHeight / ROW_PX) + 2 * ROWS_BEYOND;
      setSight((before) =>
        before.columns === columns && before.firstRow === firstRow && before.nRows === nRows
          ? before
          : { columns, firstRow, nRows },
      );
    }
    look();
    const sizes = new ResizeObserver(look);
    if (wall.current !== null) sizes.observe(wall.current);
    addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    return () => {
      sizes.disconnect();
      removeEventListener("scroll", look);
      removeEventListener("resize", look);
    };
  }, []);

  const { columns, firstRow, nRows } = sight;
  const nAllRows = Math.ceil(nItems / columns);
  const first = Math.min(firstRow, Math.max(0, nAllRows - 1)) * columns;
  return {
    wall,
    columns,
    first,
    end: first + nRows * columns,
    heightPx: nAllRows * ROW_PX,
    isNearEnd: firstRow + nRows + ROWS_AHEAD >= nAllRows,
  };
}

interface WallRowsProps {
  inSight: WallInSight;
  /** The tiles from `first` to before `end`. */
  children: ComponentChildren;
}

export function WallRows({ inSight: { columns, first }, children }: WallRowsProps) {
  return (
    <div
      class="wall-rows"
      role="presentation"
      style={{
        transform: `translateY(${(first / columns) * ROW_PX}px)`,
        gridTemplateColumns: `repeat(${columns}, ${TILE_PX}px)`,
        gridAutoRows: `${ROW_PX}px`,
      }}
    >
      {children}
    </div>
  );
}

/** A label; beside another reading of the same ink it becomes one sign with both symbols. */
export function LabelSign({ label, other }: { label: Digit; other: Digit | null }) {
  if (other === null || other === label) return <span class="label-sign">{label}</span>;
  return (
    <span class="label-sign is-disagreement">
      {label}
      <span class="label-differs">≠</span>
      {other}
    </span>
  );
}

interface TileFaceProps {
  ink: string;
  label: Digit;
  /** What else it was read as or labelled; null when there is nothing. */
  other: Digit | null;
  status: DrawingStatus;
}

/** What a tile shows: the ink, and under it the label and the sign of its status. */
export function TileFace({ ink, label, other, status }: TileFaceProps) {
  return (
    <>
      <InkCanvas ink={ink} />
      <span class="tile-line" aria-hidden="true">
        <LabelSign label={label} other={other} />
        {status === "quarantined" && <QuestionIcon />}
        {(status === "rejected" || status === "deleted") && <CrossIcon />}
      </span>
    </>
  );
}
