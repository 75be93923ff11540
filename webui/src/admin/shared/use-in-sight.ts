/** Which rows of a long wall of tiles are in sight: only those are in the page. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";

export const TILE_PX = 60; // width, with the space around it
export const ROW_PX = 74; // height of the same: the label stands below the ink, never on it
const ROWS_BEYOND = 4; // drawn above and below what is in sight

interface InSight {
  columns: number;
  firstRow: number;
  nRows: number;
}

/** The wall's element, and which of its rows are in sight. */
export function useInSight(): [{ current: HTMLDivElement | null }, InSight] {
  const wall = useRef<HTMLDivElement>(null);
  const [sight, setSight] = useState<InSight>({ columns: 6, firstRow: 0, nRows: 20 });

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

  return [wall, sight];
}
