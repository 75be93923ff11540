import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { PACE_MS, Reader } from "./reading";
import type { Subject } from "./session";

function subject(name: string): Subject {
  return { kind: "picture", file: new Blob([name]), url: name };
}

function urlOf(one: Subject): string {
  return one.kind === "picture" ? one.url : "";
}

class Bench {
  readonly asked: { name: string; atMs: number; answer: (text: string) => void }[] = [];
  readonly answered: string[] = [];
  readonly failed: unknown[] = [];
  readonly reader = new Reader<string>({
    ask: (one) =>
      new Promise((resolve) => {
        this.asked.push({ name: urlOf(one), atMs: Date.now(), answer: resolve });
      }),
    answered: ({ answer }) => this.answered.push(answer),
    failed: (error) => this.failed.push(error),
    now: () => Date.now(),
  });

  want(name: string, isPenUp: boolean): void {
    this.reader.want({ subject: subject(name), isPenUp });
  }

  names(): string[] {
    return this.asked.map(({ name }) => name);
  }
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("pace", () => {
  test("the first ink is read at once", () => {
    const bench = new Bench();

    bench.want("a", false);

    expect(bench.names()).toEqual(["a"]);
  });

  test("while the pen is down it is read at most every 150 ms, the newest ink first", async () => {
    const bench = new Bench();

    for (let ms = 0; ms < 450; ms += 10) {
      bench.want(`at ${ms}`, false);
      bench.asked.at(-1)?.answer("");
      await vi.advanceTimersByTimeAsync(10);
    }

    const times = bench.asked.map(({ atMs }) => atMs);
    const gaps = times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
    expect(gaps.length).toBeGreaterThan(1);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(PACE_MS);
    expect(bench.names()[1]).toBe("at 140");
  });

  test("a slow server gets no queue of half-drawn digits, but then the newest ink", async () => {
    const bench = new Bench();
    for (let ms = 0; ms < 1000; ms += 10) {
      bench.want(`at ${ms}`, false);
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(bench.names()).toEqual(["at 0"]);

    bench.asked[0]?.answer("");
    await vi.advanceTimersByTimeAsync(0);

    expect(bench.names()).toEqual(["at 0", "at 990"]);
  });

  test("a pen that goes up is read at once, even just after a half-drawn reading", () => {
    const bench = new Bench();

    bench.want("half", false);
    bench.want("whole", true);

    expect(bench.names()).toEqual(["half", "whole"]);
  });

  test("two quick strokes are read 150 ms apart", async () => {
    const bench = new Bench();

    bench.want("first", true);
    bench.want("both", true);
    expect(bench.names()).toEqual(["first"]);

    await vi.advanceTimersByTimeAsync(PACE_MS);
    expect(bench.names()).toEqual(["first", "both"]);
  });
});

describe("order", () => {
  test("an answer that a newer one has overtaken is dropped", async () => {
    const bench = new Bench();
    bench.want("half", false);
    bench.want("whole", true);

    bench.asked[1]?.answer("new");
    await vi.advanceTimersByTimeAsync(0);
    bench.asked[0]?.answer("old");
    await vi.advanceTimersByTimeAsync(0);

    expect(bench.answered).toEqual(["new"]);
  });

  test("after forget nothing is asked and no answer is used", async () => {
    const bench = new Bench();
    bench.want("on its way", true);
    bench.want("planned", true);

    bench.reader.forget();
    bench.asked[0]?.answer("too late");
    await vi.advanceTimersByTimeAsync(PACE_MS);

    expect(bench.names()).toEqual(["on its way"]);
    expect(bench.answered).toEqual([]);
  });
});
