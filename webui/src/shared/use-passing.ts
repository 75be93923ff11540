/** Hide a message after a while, but not while the pointer or the focus is on it. */

import { useEffect, useState } from "preact/hooks";

const SHOWN_MS = 10_000; // long enough to read it and to press Undo

/**
 * Call `forget` ten seconds after `shown` appeared; it has to be the same function each time.
 * Returns the event listeners for the element around the message.
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
