/** Strokes as a picture: of drawings that no server has inked yet, and of one that is replayed. */

import type { StrokesOnCanvas } from "../contract";

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
