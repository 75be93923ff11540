/** Paint a map onto a canvas: dots, or the inks when zoomed in. */

import { INK_SIDE } from "../../shared/ink";
import { DIGITS } from "../../shared/shapes";
import { isMisread, middles, type MapPoint } from "./points";
import type { Colouring } from "./query";

interface Transform {
  x: number;
  y: number;
  k: number;
}

export interface Scene {
  shown: readonly MapPoint[];
  colour: Colouring;
  /** 784 bytes for each place; null until they are loaded. */
  inks: Uint8Array | null;
  focused: MapPoint | null;
}

export interface Colours {
  digits: readonly string[];
  ink: string;
  card: string;
  edge: string;
  muted: string;
  accent: string;
  wrong: string;
  face: string;
}

export interface Size {
  width: number;
  height: number;
}

/** Zoom from which inks are painted instead of dots, unless too many are in sight. */
const INKS_FROM = 5;
const MOST_INKS = 500;
const BUBBLE_PX = 76;
const INK_BYTES = INK_SIDE * INK_SIDE;
const ROUND = 2 * Math.PI;

export function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  const role = (name: string) => style.getPropertyValue(name).trim();
  return {
    digits: DIGITS.map((digit) => role(`--digit-${digit}`)),
    ink: role("--ink"),
    card: role("--card"),
    edge: role("--edge"),
    muted: role("--muted"),
    accent: role("--accent"),
    wrong: role("--wrong"),
    face: style.fontFamily,
  };
}

/** Half the size without the margin: the pixels of 1 unit of the map. */
export function reach({ width, height }: Size): number {
  return Math.min(width, height) / 2 - 20;
}

export function onScreen(
  point: { x: number; y: number },
  size: Size,
  t: Transform,
): [x: number, y: number] {
  const half = reach(size);
  return [
    (size.width / 2 + point.x * half) * t.k + t.x,
    (size.height / 2 + point.y * half) * t.k + t.y,
  ];
}

export function onMap(x: number, y: number, size: Size, t: Transform): { x: number; y: number } {
  const half = reach(size);
  return {
    x: ((x - t.x) / t.k - size.width / 2) / half,
    y: ((y - t.y) / t.k - size.height / 2) / half,
  };
}

/** A cache of inks painted in a colour. */
export class Stamps {
  private readonly kept = new Map<string, HTMLCanvasElement>();
  private inks: Uint8Array | null = null;

  of(inks: Uint8Array, place: number, colour: string): HTMLCanvasElement {
    if (inks !== this.inks) {
      this.kept.clear();
      this.inks = inks;
    }
    const key = `${place} ${colour}`;
    const kept = this.kept.get(key);
    if (kept !== undefined) return kept;
    const stamp = document.createElement("canvas");
    stamp.width = stamp.height = INK_SIDE;
    const context = stamp.getContext("2d");
    if (context !== null) {
      const picture = context.createImageData(INK_SIDE, INK_SIDE);
      for (let pixel = 0; pixel < INK_BYTES; pixel++) {
        picture.data[pixel * 4 + 3] = inks[place * INK_BYTES + pixel] ?? 0;
      }
      context.putImageData(picture, 0, 0);
      context.globalCompositeOperation = "source-in";
      context.fillStyle = colour;
      context.fillRect(0, 0, INK_SIDE, INK_SIDE);
    }
    this.kept.set(key, stamp);
    return stamp;
  }
}

function colourOf(point: MapPoint, colour: Colouring, colours: Colours): string {
  switch (colour) {
    case "digit":
      return colours.digits[point.label] ?? colours.ink;
    case "agreement":
      return isMisread(point) ? colours.wrong : colours.muted;
    case "source":
      return point.id === null ? colours.muted : colours.accent;
  }
}

/** Paint a point: a disc for a drawing, a ring for an MNIST image, a cross if misread. */
function paintDot(
  context: CanvasRenderingContext2D,
  point: MapPoint,
  [x, y]: [number, number],
  radius: number,
  isCrossed: boolean,
): void {
  context.beginPath();
  if (isCrossed) {
    const arm = radius + 1;
    context.moveTo(x - arm, y - arm);
    context.lineTo(x + arm, y + arm);
    context.moveTo(x + arm, y - arm);
    context.lineTo(x - arm, y + arm);
    context.lineWidth = 2.5;
    context.stroke();
  } else if (point.id === null) {
    context.arc(x, y, radius - 0.5, 0, ROUND);
    context.lineWidth = 1;
    context.stroke();
  } else {
    context.arc(x, y, radius, 0, ROUND);
    context.fill();
  }
}

/** Write each digit where most of its points are. */
function paintNames(
  context: CanvasRenderingContext2D,
  scene: Scene,
  size: Size,
  t: Transform,
  colours: Colours,
): void {
  context.font = `650 28px ${colours.face}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 6;
  context.strokeStyle = colours.card;
  context.fillStyle = colours.ink;
  for (const { digit, x, y } of middles(scene.shown)) {
    const [left, top] = onScreen({ x, y }, size, t);
    context.strokeText(String(digit), left, top);
    context.fillText(String(digit), left, top);
  }
}

/** A ring around the point in focus; with `stamps`, its ink large beside it. */
function paintFocus(
  context: CanvasRenderingContext2D,
  scene: Scene,
  size: Size,
  t: Transform,
  colours: Colours,
  stamps: Stamps | null,
): void {
  const { focused, inks } = scene;
  if (focused === null) return;
  const [x, y] = onScreen(focused, size, t);
  context.strokeStyle = colours.ink;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x, y, stamps === null ? INK_SIDE : 8, 0, ROUND);
  context.stroke();
  if (inks === null || stamps === null) return;
  const left = Math.min(Math.max(x + 14, 4), size.width - BUBBLE_PX - 4);
  const above = y - 14 - BUBBLE_PX;
  const top = Math.min(above < 4 ? y + 14 : above, size.height - BUBBLE_PX - 4);
  context.fillStyle = colours.card;
  context.strokeStyle = colours.edge;
  context.lineWidth = 1;
  context.beginPath();
  context.roundRect(left, top, BUBBLE_PX, BUBBLE_PX, 8);
  context.fill();
  context.stroke();
  context.imageSmoothingEnabled = false;
  const stamp = stamps.of(inks, focused.place, colours.ink);
  context.drawImage(stamp, left + 10, top + 10, BUBBLE_PX - 20, BUBBLE_PX - 20);
  context.imageSmoothingEnabled = true;
}

/** `context` is scaled to CSS pixels. */
export function paint(
  context: CanvasRenderingContext2D,
  scene: Scene,
  size: Size,
  t: Transform,
  colours: Colours,
  stamps: Stamps,
): void {
  context.clearRect(0, 0, size.width, size.height);
  const inSight = scene.shown.filter((point) => {
    const [x, y] = onScreen(point, size, t);
    return x > -20 && y > -20 && x < size.width + 20 && y < size.height + 20;
  });
  const { inks } = scene;
  const isNear = inks !== null && t.k >= INKS_FROM && inSight.length <= MOST_INKS;
  const radius = Math.min(2.2 + 0.6 * t.k, 6);
  const side = Math.min(INK_SIDE * 2, 14 + 2 * t.k);
  const isMarked = (point: MapPoint) => scene.colour === "agreement" && isMisread(point);
  // Marked points are painted last.
  const ordered = [...inSight.filter((point) => !isMarked(point)), ...inSight.filter(isMarked)];
  for (const point of ordered) {
    const colour = colourOf(point, scene.colour, colours);
    const place = onScreen(point, size, t);
    if (isNear) {
      const [left, top] = [place[0] - side / 2, place[1] - side / 2];
      context.drawImage(stamps.of(inks, point.place, colour), left, top, side, side);
      continue;
    }
    context.fillStyle = context.strokeStyle = colour;
    context.globalAlpha = point.id === null && !isMarked(point) ? 0.65 : 0.9;
    paintDot(context, point, place, radius, isMarked(point));
  }
  context.globalAlpha = 1;
  if (!isNear) paintNames(context, scene, size, t, colours);
  paintFocus(context, scene, size, t, colours, isNear ? null : stamps);
}
