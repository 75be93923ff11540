/** Undo, clear and focus of the drawing area, and pictures that are pasted, dropped or chosen. */

import { signal } from "@preact/signals";
import { blank, choosePicture } from "./reading";

interface Pad {
  clear(): void;
  undo(): void;
  focus(): void;
  isBusy(): boolean;
}

let pad: Pad | null = null;

export function setPad(mounted: Pad | null): void {
  pad = mounted;
}

/** Whether a stroke is being drawn; it must not be cleared then. */
export function isPenBusy(): boolean {
  return pad?.isBusy() ?? false;
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

export const isPictureOver = signal(false);

let openChooser: (() => void) | null = null;

/** Returns the clean-up function for an effect. */
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
    event.preventDefault(); // otherwise the browser opens the picture
    isPictureOver.value = true;
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) isPictureOver.value = false;
  });
  document.addEventListener("drop", (event) => {
    isPictureOver.value = false;
    if (!hasFiles(event)) return;
    event.preventDefault();
    take(event.dataTransfer?.files);
  });
}
