/** The one drawing area of the page, for the actions that empty it. */

import { blank } from "./read-actions";

export interface Pad {
  clear(): void;
  undo(): void;
  focus(): void;
  is_busy(): boolean;
}

let pad: Pad | null = null;

export function setPad(mounted: Pad | null): void {
  pad = mounted;
}

/** While a stroke is being drawn nothing may take the drawing away. */
export function isPenBusy(): boolean {
  return pad?.is_busy() ?? false;
}

export function clearPad(): void {
  pad?.clear();
}

export function focusPad(): void {
  pad?.focus();
}

export function undo(): void {
  if (!isPenBusy()) pad?.undo();
}

export function clear(): void {
  if (isPenBusy()) return;
  pad?.clear();
  blank();
}
