/** What is said goes by itself after a while, unless somebody is at it. */

import { useEffect, useState } from "preact/hooks";

const SHOWN_MS = 10_000; // long enough to read it, and to take back what it says

/**
 * `forget` has to be the same function each time. Returns: what the place of `shown` listens to,
 * since the pointer or the focus on it holds it.
 */
export function usePassing(shown: object | null, forget: () => void) {
  const [isHeld, setHeld] = useState(false);

  useEffect(() => {
    if (shown === null || isHeld) return;
    const timer = setTimeout(forget, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [shown, isHeld, forget]);

  return {
    onPointerEnter: () => setHeld(true),
    onPointerLeave: () => setHeld(false),
    onFocusCapture: () => setHeld(true),
    onBlurCapture: () => setHeld(false),
  };
}
