/** The canvas: one list of pointer strokes (signature_pad) and keyboard strokes (arrow keys). */

import SignaturePad, { type PointGroup } from "signature_pad";
import type { Point, Stroke, StrokesOnCanvas } from "../shared/shapes";

export interface KeyboardPen {
  x: number;
  y: number;
  isDown: boolean;
}

interface Area {
  width: number;
  height: number;
}

const STEPS_ACROSS = 20; // a step is a twentieth of the shorter side: a digit takes 20 to 40 presses
const FINE_SHARE = 1 / 4; // with Shift

/** On a numeric keypad the corner keys are the diagonals. */
const DIRECTIONS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  Home: [-1, -1],
  PageUp: [1, -1],
  End: [-1, 1],
  PageDown: [1, 1],
};

export function isPenKey(key: string): boolean {
  return key in DIRECTIONS;
}

export function penAtStart({ width, height }: Area): KeyboardPen {
  return { x: width / 2, y: height / 4, isDown: false };
}

/** The pen after a step with these keys held together: two arrows make a diagonal. */
export function movePen(
  pen: KeyboardPen,
  keys: Iterable<string>,
  isFine: boolean,
  area: Area,
): KeyboardPen {
  const step = (Math.min(area.width, area.height) / STEPS_ACROSS) * (isFine ? FINE_SHARE : 1);
  let [dx, dy] = [0, 0];
  for (const key of keys) {
    const direction = DIRECTIONS[key];
    if (direction === undefined) continue;
    dx += direction[0];
    dy += direction[1];
  }
  return {
    ...pen,
    x: clamp(pen.x + Math.sign(dx) * step, area.width),
    y: clamp(pen.y + Math.sign(dy) * step, area.height),
  };
}

function clamp(value: number, max: number): number {
  return Math.min(max, Math.max(0, value));
}

interface Sampled {
  points: readonly { x: number; y: number; pressure: number; time: number }[];
}

function rounded(value: number, nDecimals: number): number {
  const factor = 10 ** nDecimals;
  return Math.round(value * factor) / factor;
}

/** signature_pad's points as strokes of the API. Times count from the first point. */
export function strokesOf(groups: readonly Sampled[]): Stroke[] {
  const began = groups[0]?.points[0]?.time ?? 0;
  return groups
    .filter(({ points }) => points.length > 0)
    .map(({ points }) =>
      points.map(({ x, y, pressure, time }): Point => [
        rounded(x, 1),
        rounded(y, 1),
        Math.max(0, Math.round(time - began)),
        rounded(pressure, 2),
      ]),
    );
}

/** Pen radii as shares of the shorter side: about the pen of the model, 2.4 of 28 px. */
const PEN_MIN_SHARE = 0.015;
const PEN_MAX_SHARE = 0.021;
const MIN_DISTANCE_PX = 1.5;
const KEYBOARD_PRESSURE = 0.5; // what pointers without pressure report

interface PadEvents {
  inked: (drawn: StrokesOnCanvas, isPenUp: boolean) => void;
  emptied: () => void;
  /** Where the keyboard's pen is; null while it is not in use. */
  penMoved: (pen: KeyboardPen | null) => void;
}

export class PadSurface {
  readonly #canvas: HTMLCanvasElement;
  readonly #events: PadEvents;
  readonly #pad: SignaturePad;
  #width = 0;
  #height = 0;
  #isDrawing = false;
  #pen: KeyboardPen | null = null;
  readonly #held = new Set<string>();

  constructor(canvas: HTMLCanvasElement, events: PadEvents) {
    this.#canvas = canvas;
    this.#events = events;
    // throttle 0: keep every sample; `Reader` paces the predictions
    this.#pad = new SignaturePad(canvas, { throttle: 0, minDistance: MIN_DISTANCE_PX });
    // Without it Chromium takes a quick stroke for a fling and swallows the next tap.
    canvas.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
    this.#pad.addEventListener("beginStroke", () => {
      this.#isDrawing = true;
      this.putPenAway();
      canvas.focus({ preventScroll: true });
    });
    this.#pad.addEventListener("afterUpdateStroke", () => this.#tell(false));
    this.#pad.addEventListener("endStroke", () => {
      this.#isDrawing = false;
      this.#tell(true);
      this.fit();
    });
    this.fit();
  }

  get isBusy(): boolean {
    return this.#isDrawing;
  }

  destroy(): void {
    this.#pad.off();
  }

  /** Match the canvas to its size on the screen, and scale the drawing with it. */
  fit(): void {
    const { clientWidth, clientHeight } = this.#canvas;
    const isSame = clientWidth === this.#width && clientHeight === this.#height;
    // Do not disturb a stroke in progress; `endStroke` calls this again.
    if (isSame || this.#isDrawing || clientWidth === 0 || clientHeight === 0) return;
    const ratio = Math.max(1, devicePixelRatio);
    const groups = this.#scaled(clientWidth, clientHeight);
    this.#width = clientWidth;
    this.#height = clientHeight;
    this.#canvas.width = Math.round(clientWidth * ratio);
    this.#canvas.height = Math.round(clientHeight * ratio);
    this.#canvas.getContext("2d")?.scale(ratio, ratio);
    const side = Math.min(clientWidth, clientHeight);
    this.#pad.minWidth = side * PEN_MIN_SHARE;
    this.#pad.maxWidth = side * PEN_MAX_SHARE;
    this.#pad.dotSize = side * PEN_MAX_SHARE;
    this.recolour(groups);
  }

  /** Repaint everything in the page's current ink colour. */
  recolour(groups: PointGroup[] = this.#pad.toData()): void {
    const penColor = getComputedStyle(this.#canvas).color;
    this.#pad.penColor = penColor;
    this.#pad.fromData(groups.map((group) => ({ ...group, penColor })));
  }

  clear(): void {
    this.#pad.clear();
    if (this.#pen !== null) this.#movePenTo(penAtStart(this.#area()));
  }

  undo(): void {
    const groups = this.#pad.toData();
    if (groups.length === 0) return;
    this.#pad.fromData(groups.slice(0, -1));
    if (this.#pen !== null) this.#movePenTo({ ...this.#pen, isDown: false });
    this.#tell(true);
  }

  /** Returns whether the key was for the pen. */
  press(key: string, isFine: boolean): boolean {
    if (key === " ") {
      this.#togglePen();
      return true;
    }
    if (!isPenKey(key)) return false;
    this.#held.add(key);
    const moved = movePen(this.#penInUse(), this.#held, isFine, this.#area());
    this.#movePenTo(moved);
    if (moved.isDown) this.#extend(moved);
    return true;
  }

  release(key: string): void {
    this.#held.delete(key);
  }

  /** End the keyboard's stroke and hide its pen. */
  putPenAway(): void {
    this.#held.clear();
    if (this.#pen === null) return;
    const wasDown = this.#pen.isDown;
    this.#pen = null;
    this.#events.penMoved(null);
    if (wasDown) this.#tell(true);
  }

  /** Show the pen when the canvas gets the focus by keyboard. */
  focused(): void {
    if (!this.#isDrawing) this.#movePenTo(this.#penInUse());
  }

  #penInUse(): KeyboardPen {
    return this.#pen ?? penAtStart(this.#area());
  }

  #movePenTo(pen: KeyboardPen): void {
    this.#pen = pen;
    this.#events.penMoved(pen);
  }

  #togglePen(): void {
    const pen = this.#penInUse();
    const toggled = { ...pen, isDown: !pen.isDown };
    this.#movePenTo(toggled);
    if (toggled.isDown) this.#begin(toggled);
    else this.#tell(true);
  }

  #begin(pen: KeyboardPen): void {
    const { penColor, minWidth, maxWidth, dotSize, velocityFilterWeight } = this.#pad;
    const options = { penColor, minWidth, maxWidth, dotSize, velocityFilterWeight };
    const { compositeOperation } = this.#pad;
    const group: PointGroup = { ...options, compositeOperation, points: [this.#point(pen)] };
    this.#pad.fromData([...this.#pad.toData(), group]);
    this.#tell(false);
  }

  #extend(pen: KeyboardPen): void {
    const groups = this.#pad.toData();
    const last = groups.at(-1);
    if (last === undefined) return;
    const grown = { ...last, points: [...last.points, this.#point(pen)] };
    this.#pad.fromData([...groups.slice(0, -1), grown]);
    this.#tell(false);
  }

  #point({ x, y }: KeyboardPen): PointGroup["points"][number] {
    return { x, y, time: Date.now(), pressure: KEYBOARD_PRESSURE };
  }

  #area(): { width: number; height: number } {
    return { width: this.#width, height: this.#height };
  }

  #scaled(width: number, height: number): PointGroup[] {
    const groups = this.#pad.toData();
    if (this.#width === 0) return groups;
    const scale = Math.min(width / this.#width, height / this.#height);
    return groups.map((group) => ({
      ...group,
      points: group.points.map((point) => ({ ...point, x: point.x * scale, y: point.y * scale })),
    }));
  }

  #tell(isPenUp: boolean): void {
    const strokes = strokesOf(this.#pad.toData());
    if (strokes.length === 0) this.#events.emptied();
    else this.#events.inked({ strokes, ...this.#area() }, isPenUp);
  }
}
