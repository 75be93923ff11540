/** Poll the server, but not while the page is hidden. */

export interface Polling {
  /** Ask now. */
  now: () => void;
  stop: () => void;
}

export function poll(ask: () => Promise<unknown>, waitMs: () => number): Polling {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  let round = 0;

  async function go(): Promise<void> {
    clearTimeout(timer);
    const mine = ++round;
    await ask();
    if (!isStopped && mine === round) timer = setTimeout(() => void next(), waitMs());
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
      isStopped = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
    },
  };
}
