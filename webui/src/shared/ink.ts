/** Ink: base64 of 784 bytes, 0 = paper, 255 = ink. */

export const INK_SIDE = 28;

export function inkBytes(ink: string): Uint8Array {
  const text = atob(ink);
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Black with the ink as its opacity: the style sheet turns it light on dark paper. */
export function inkPixels(ink: string): Uint8ClampedArray<ArrayBuffer> {
  const bytes = inkBytes(ink);
  const pixels = new Uint8ClampedArray(INK_SIDE * INK_SIDE * 4);
  for (let index = 0; index < INK_SIDE * INK_SIDE; index++) {
    pixels[index * 4 + 3] = bytes[index] ?? 0;
  }
  return pixels;
}

export function paintInk(canvas: HTMLCanvasElement, ink: string | null): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.clearRect(0, 0, INK_SIDE, INK_SIDE);
  if (ink !== null) context.putImageData(new ImageData(inkPixels(ink), INK_SIDE, INK_SIDE), 0, 0);
}
