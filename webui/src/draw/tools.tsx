/** Buttons of the drawing area: undo, clear, choose or take a picture. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ClearIcon, KeysIcon, PhotoIcon, PictureIcon, UndoIcon } from "../shared/icons";
import { words } from "../shared/words";
import { clear, registerPictureInput, undo } from "./pad-actions";
import { choosePicture } from "./reading";
import { areKeysOpen, session } from "./state";
import { drawWords } from "./words";

const READABLE = "image/png,image/jpeg,image/webp";

interface ToolProps {
  id: string;
  name: string;
  isIdle?: boolean;
  onClick: () => void;
  children: ComponentChildren;
}

/** An idle tool keeps its focus, and does nothing. */
function Tool({ id, name, isIdle = false, onClick, children }: ToolProps) {
  return (
    <button
      type="button"
      id={id}
      class="tool"
      aria-disabled={isIdle}
      onClick={() => {
        if (!isIdle) onClick();
      }}
    >
      {children}
      <span class="tool-name">{name}</span>
    </button>
  );
}

function takeFile(input: HTMLInputElement): void {
  const file = input.files?.[0];
  input.value = ""; // the same file may be chosen again
  if (file !== undefined) {
    clear();
    choosePicture(file);
  }
}

export function Tools() {
  const picture = useRef<HTMLInputElement>(null);
  const photo = useRef<HTMLInputElement>(null);
  const w = drawWords.value;
  const current = session.value;
  const isBlank = current.kind === "blank";
  const hasStrokes = current.kind === "drawn" && current.subject.kind === "strokes";

  useEffect(() => registerPictureInput(() => picture.current?.click()), []);

  return (
    <div class="tools">
      <Tool id="undo" name={words.value.undo} isIdle={!hasStrokes} onClick={undo}>
        <UndoIcon />
      </Tool>
      <Tool id="clear" name={w.clear} isIdle={isBlank} onClick={clear}>
        <ClearIcon />
      </Tool>
      <Tool id="picture-button" name={w.picture} onClick={() => picture.current?.click()}>
        <PictureIcon />
      </Tool>
      <span class="for-touch">
        <Tool id="photo-button" name={w.photo} onClick={() => photo.current?.click()}>
          <PhotoIcon />
        </Tool>
      </span>
      <span class="for-keyboards">
        <Tool id="keys" name={w.keys} onClick={() => (areKeysOpen.value = true)}>
          <KeysIcon />
        </Tool>
      </span>
      <input
        ref={picture}
        id="picture-input"
        type="file"
        accept={READABLE}
        aria-label={w.picture}
        hidden
        onChange={(event) => takeFile(event.currentTarget)}
      />
      <input
        ref={photo}
        id="photo-input"
        type="file"
        accept={READABLE}
        capture="environment"
        aria-label={w.photo}
        hidden
        onChange={(event) => takeFile(event.currentTarget)}
      />
    </div>
  );
}
