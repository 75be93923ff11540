/** Pictures that are pasted or dropped anywhere on the page, or asked for by a key. */

import { signal } from "@preact/signals";
import { clear } from "./pad-handle";
import { choosePicture } from "./read-actions";

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
