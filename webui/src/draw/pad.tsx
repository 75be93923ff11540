/** The drawing area, for mouse, finger, pen and arrow keys; shows a chosen picture instead. */

import { useEffect, useRef, useState } from "preact/hooks";
import { setPad } from "./pad-actions";
import { type KeyboardPen, PadSurface } from "./pad-surface";
import { blank, ink } from "./reading";
import { session } from "./state";
import { drawWords } from "./words";

function mountSurface(
  canvas: HTMLCanvasElement,
  penMoved: (pen: KeyboardPen | null) => void,
): { surface: PadSurface; unmount: () => void } {
  const surface = new PadSurface(canvas, { inked: ink, emptied: blank, penMoved });
  const size = new ResizeObserver(() => surface.fit());
  size.observe(canvas);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const recolour = () => surface.recolour();
  dark.addEventListener("change", recolour);
  setPad({
    clear: () => surface.clear(),
    undo: () => surface.undo(),
    focus: () => canvas.focus(),
    isBusy: () => surface.isBusy,
  });
  const unmount = () => {
    setPad(null);
    size.disconnect();
    dark.removeEventListener("change", recolour);
    surface.destroy();
  };
  return { surface, unmount };
}

function PenCursor({ pen }: { pen: KeyboardPen }) {
  return (
    <span
      class={pen.isDown ? "pen-cursor is-down" : "pen-cursor"}
      style={{ transform: `translate(${pen.x}px, ${pen.y}px)` }}
      aria-hidden="true"
    />
  );
}

export function DrawingPad() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const surface = useRef<PadSurface | null>(null);
  const [pen, setPen] = useState<KeyboardPen | null>(null);
  const w = drawWords.value;
  const current = session.value;
  const picture = current.kind === "drawn" && current.subject.kind === "picture";

  useEffect(() => {
    if (canvas.current === null) return;
    const mounted = mountSurface(canvas.current, setPen);
    surface.current = mounted.surface;
    return mounted.unmount;
  }, []);

  return (
    <div class={pen === null ? "drawing-pad" : "drawing-pad has-pen"}>
      <canvas
        ref={canvas}
        id="canvas"
        class="drawing-canvas"
        tabIndex={0}
        role="application"
        aria-label={w.canvas}
        aria-describedby="canvas-keys"
        onKeyDown={(event) => {
          if (picture || event.ctrlKey || event.metaKey || event.altKey) return;
          if (surface.current?.press(event.key, event.shiftKey)) event.preventDefault();
        }}
        onKeyUp={(event) => surface.current?.release(event.key)}
        onFocus={() => surface.current?.focused()}
        onBlur={() => surface.current?.putPenAway()}
      />
      {current.kind === "blank" && (
        <p class="canvas-hint" aria-hidden="true">
          {w.canvasHint}
        </p>
      )}
      {current.kind === "drawn" && current.subject.kind === "picture" && (
        <img
          class="chosen-picture"
          id="picture"
          src={current.subject.url}
          alt={w.uploadedPicture}
        />
      )}
      {pen !== null && !picture && (
        <>
          <PenCursor pen={pen} />
          <p class="pen-hint" aria-hidden="true">
            {pen.isDown ? w.penKeysDown : w.penKeysUp}
          </p>
        </>
      )}
      <p id="canvas-keys" class="visually-hidden">
        {w.canvasKeys}
      </p>
      <p class="visually-hidden" role="status">
        {pen === null ? "" : pen.isDown ? w.penDown : w.penUp}
      </p>
    </div>
  );
}
