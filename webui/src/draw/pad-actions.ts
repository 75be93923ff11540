/** Undo, clear and focus of the drawing area, and pictures that are pasted, dropped or chosen. */

import { signal } from "@preact/signals";
import { blank, choosePicture } from "./read-actions";

interface Pad {
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

export const is_picture_over = signal(false);

let openChooser: (() => void) | null = null;

/** Returns what undoes it, as effects expect. */
export function registerPictureInput(open: () => void): () => void {
  openChooser = open;
  return () => {
    openChooser = null;
  };
}

export function askForPicture(): void {
  openChooser?.();
}

function take(files: FileList | undefined): boolean {
  const file = files?.[0];
  if (file === undefined) return false;
  clear();
  choosePicture(file);
  return true;
}

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

export function listenForPictures(): void {
  document.addEventListener("paste", (event) => {
    if (take(event.clipboardData?.files)) event.preventDefault();
  });
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault(); // without it the browser would open the picture itself
    is_picture_over.value = true;
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) is_picture_over.value = false;
  });
  document.addEventListener("drop", (event) => {
    is_picture_over.value = false;
    if (!hasFiles(event)) return;
    event.preventDefault();
    take(event.dataTransfer?.files);
  });
}
