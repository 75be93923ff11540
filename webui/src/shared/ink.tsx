/** A drawing as a picture: its 28 × 28 ink, or its strokes where there is no ink yet. */

import { useLayoutEffect, useRef } from "preact/hooks";
import type { StrokesOnCanvas } from "./shapes";

export const INK_SIDE = 28;

export function inkBytes(ink: string): Uint8Array {
  const text = atob(ink);
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** RGBA pixels: black, with the ink as opacity. The style sheet inverts them in dark mode. */
export function inkPixels(ink: string): Uint8ClampedArray<ArrayBuffer> {
  const bytes = inkBytes(ink);
  const pixels = new Uint8ClampedArray(INK_SIDE * INK_SIDE * 4);
  for (let index = 0; index < INK_SIDE * INK_SIDE; index++) {
    pixels[index * 4 + 3] = bytes[index] ?? 0;
  }
  return pixels;
}

function paintInk(canvas: HTMLCanvasElement, ink: string | null): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.clearRect(0, 0, INK_SIDE, INK_SIDE);
  if (ink !== null) context.putImageData(new ImageData(inkPixels(ink), INK_SIDE, INK_SIDE), 0, 0);
}

interface InkCanvasProps {
  ink: string | null;
  /** Text alternative; leave it out where the words beside it say the same. */
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

export function StrokesPicture({ drawn }: { drawn: StrokesOnCanvas }) {
  const { strokes, width, height } = drawn;
  const pen = Math.min(width, height) * 0.05;
  return (
    <svg class="strokes-picture" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {strokes.map((stroke, index) => (
        <polyline
          key={index}
          points={stroke.map(([x, y]) => `${x},${y}`).join(" ")}
          fill="none"
          stroke="currentColor"
          stroke-width={pen}
          stroke-linecap="round"
          stroke-linejoin="round"
        />
      ))}
    </svg>
  );
}
