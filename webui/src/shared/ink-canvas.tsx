/** Ink as a picture of 28 × 28 pixels, as large as its place. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { INK_SIDE, paintInk } from "./ink";

interface InkCanvasProps {
  ink: string | null;
  /** What it shows, for those who cannot see it; without one it is decoration beside words. */
  label?: string;
}

export function InkCanvas({ ink, label }: InkCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);

  useLayoutEffect(() => {
    if (canvas.current !== null) paintInk(canvas.current, ink);
  }, [ink]);

  const size = { width: INK_SIDE, height: INK_SIDE };
  if (label === undefined) {
    return <canvas ref={canvas} class="ink-canvas" {...size} aria-hidden="true" />;
  }
  return <canvas ref={canvas} class="ink-canvas" {...size} role="img" aria-label={label} />;
}
