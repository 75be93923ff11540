/** Asks again and again, and not while nobody looks. */

export interface Polling {
  /** Ask now, whatever the pace. */
  now: () => void;
  stop: () => void;
}

export function poll(ask: () => Promise<unknown>, wait_ms: () => number): Polling {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let is_stopped = false;
  let round = 0;

  async function go(): Promise<void> {
    clearTimeout(timer);
    const mine = ++round;
    await ask();
    if (!is_stopped && mine === round) timer = setTimeout(() => void next(), wait_ms());
  }

  async function next(): Promise<void> {
    if (!document.hidden) await go();
  }

  function look(): void {
    if (!document.hidden) void go();
  }

  document.addEventListener("visibilitychange", look);
  void go();
  return {
    now: () => void go(),
    stop: () => {
      is_stopped = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
    },
  };
}
