/** A pen that arrow keys move over the canvas, for drawing without a pointer. Pure. */

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
