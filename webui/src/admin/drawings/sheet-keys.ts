/** What the keys do while one drawing is open. */

import { useEffect } from "preact/hooks";
import { DIGITS } from "../../contract";
import type { GalleryDrawing } from "./calls";
import { change, items, open, remove, undo } from "./state";

/** The drawing before (-1) or after (1) this one on the wall. */
export function neighbour(id: string, step: number): string | null {
  const place = items.value.findIndex((one) => one.id === id);
  return place < 0 ? null : (items.value[place + step]?.id ?? null);
}

/** The keys of the gallery, for the one drawing that is open. */
export function useKeys(drawing: GalleryDrawing | null): void {
  useEffect(() => {
    if (drawing === null) return;
    const shown = drawing;
    function onKeyDown(event: KeyboardEvent): void {
      const is_writing = event.target instanceof HTMLInputElement;
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || is_writing) return;
      const digit = DIGITS.find((one) => String(one) === event.key);
      const next = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (digit !== undefined) void change([shown], "relabel", digit);
      else if (next !== undefined) open(neighbour(shown.id, next) ?? shown.id);
      else if (event.key === "a") void change([shown], "accept", null);
      else if (event.key === "x") void change([shown], "reject", null);
      else if (event.key === "u") void undo();
      else if (event.key === "Delete") remove([shown]);
      else return;
      event.preventDefault();
    }
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [drawing]);
}
