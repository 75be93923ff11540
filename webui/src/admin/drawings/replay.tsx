/** Replay the strokes in their original time; the slider goes to any moment. */

import { useEffect, useMemo, useState } from "preact/hooks";
import { UndoIcon } from "../../shared/icons";
import { StrokesPicture } from "../../shared/ink";
import type { Point, Stroke } from "../../shared/shapes";
import { drawingsWords } from "./words";

/** Time between points that have none, as programs may send them. */
const STEP_MS = 16;
/** Between two strokes without times. */
const PAUSE_MS = 120;

/** Give every point a time that never decreases. */
export function timed(strokes: readonly (readonly number[])[][]): Stroke[] {
  let clock = 0;
  const hasTimes = strokes.some((stroke) => stroke.some(([, , t]) => t !== undefined && t > 0));
  return strokes.map((stroke, index) => {
    if (!hasTimes && index > 0) clock += PAUSE_MS;
    return stroke.map(([x = 0, y = 0, t = 0, pressure = 0.5]): Point => {
      clock = hasTimes ? Math.max(clock, t) : clock + STEP_MS;
      return [x, y, clock, pressure];
    });
  });
}

export function duration(strokes: readonly Stroke[]): number {
  return strokes.at(-1)?.at(-1)?.[2] ?? 0;
}

/** The strokes, complete or partial, drawn by `ms`. */
export function drawnBy(strokes: readonly Stroke[], ms: number): Stroke[] {
  return strokes
    .map((stroke) => stroke.filter(([, , t]) => t <= ms))
    .filter((stroke) => stroke.length > 0);
}

const FASTEST_MS = 400;
const SLOWEST_MS = 6_000; // a longer drawing is replayed faster

interface ReplayProps {
  strokes: readonly (readonly number[])[][];
  width: number;
  height: number;
}

export function Replay({ strokes, width, height }: ReplayProps) {
  const w = drawingsWords.value;
  const drawn = useMemo(() => timed(strokes), [strokes]);
  const total = duration(drawn);
  const [ms, setMs] = useState(total);
  const [nPlays, setPlays] = useState(0);

  useEffect(() => {
    if (nPlays === 0) return;
    const pace = total / Math.min(SLOWEST_MS, Math.max(FASTEST_MS, total));
    let began: number | null = null;
    let frame = requestAnimationFrame(function step(now) {
      began ??= now;
      const at = (now - began) * pace;
      setMs(Math.min(total, at));
      if (at < total) frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [nPlays, total]);

  return (
    <div class="replay" id="replay">
      <StrokesPicture drawn={{ strokes: drawnBy(drawn, ms), width, height }} />
      <div class="replay-tools">
        <button
          type="button"
          id="play"
          class="icon-button"
          aria-label={w.replay}
          onClick={() => setPlays((n) => n + 1)}
        >
          <UndoIcon />
        </button>
        <input
          type="range"
          min="0"
          max={Math.max(1, Math.ceil(total))}
          value={Math.ceil(ms)}
          aria-label={w.replayTime}
          aria-valuetext={`${(ms / 1000).toFixed(1)} s`}
          onInput={(event) => {
            setPlays(0);
            setMs(Number(event.currentTarget.value));
          }}
        />
      </div>
    </div>
  );
}
