import { expect, test } from "vitest";
import { shareOf } from "../shared/figures";
import type { Day, Measured } from "./calls";
import { apart, dayTicks, everyNth, liveSpans, scored, sinceFirst, weekly } from "./series";

const VERSIONS: Measured[] = [1, 2, 3].map((version) => ({
  version,
  created_at: `2026-11-0${version}T03:00:00Z`,
  was_live: version !== 2,
  mnist_test: { n_correct: 9900 + version, n: 10_000 },
  holdout_known: version === 1 ? null : { n_correct: 3, n: 4 },
  holdout_new: null,
}));

function days(...n: number[]): Day[] {
  return n.map((nRead, place) => ({
    day: `day ${place}`,
    n: nRead,
    n_read: nRead,
    n_disagreed: Math.floor(nRead / 2),
  }));
}

test("the interval is Wilson's: 35 of 37 are 82.3 to 98.5 %", () => {
  const { share, low, high } = shareOf(35, 37) ?? { share: 0, low: 0, high: 0 };

  expect(share).toBeCloseTo(0.9459, 4);
  expect(low).toBeCloseTo(0.823, 3);
  expect(high).toBeCloseTo(0.985, 3);
});

test("there is no share of nothing, and no share leaves 0 to 1", () => {
  expect(shareOf(0, 0)).toBeNull();
  expect(shareOf(0, 3)?.low).toBeCloseTo(0, 9);
  expect(shareOf(3, 3)?.high).toBeCloseTo(1, 9);
});

test("versions that were not measured on a data set are not drawn", () => {
  expect(scored(VERSIONS, "holdout_known").map(({ version }) => version)).toEqual([2, 3]);
  expect(scored(VERSIONS, "holdout_new")).toEqual([]);
});

test("after a rollback the earlier version's score is live again", () => {
  const spans = liveSpans(scored(VERSIONS, "mnist_test"), [
    { version: 1, at: "2026-11-01T03:00:00Z", kind: "gate" },
    { version: 3, at: "2026-11-03T03:00:00Z", kind: "gate" },
    { version: 1, at: "2026-11-04T09:00:00Z", kind: "rollback" },
    { version: 99, at: "2026-11-05T09:00:00Z", kind: "gate" },
  ]);

  expect(spans.map(({ version, share }) => [version, share])).toEqual([
    [1, 0.9901],
    [3, 0.9903],
    [1, 0.9901],
  ]);
});

test("days before the first drawing are left out, down to two weeks", () => {
  const empty = Array<number>(60).fill(0);

  expect(sinceFirst(days(...empty, 3, ...Array<number>(29).fill(1)))).toHaveLength(30);
  expect(sinceFirst(days(...empty, 3))).toHaveLength(14);
  expect(sinceFirst(days(...empty))).toHaveLength(14);
});

test("the share of a week is that of its seven days", () => {
  const weeks = weekly(days(0, 10, 0, 0, 0, 0, 0, 0, 4, 0));

  expect(weeks.map(({ day, n_read }) => [day, n_read])).toEqual([
    ["day 1", 10],
    ["day 2", 10],
    ["day 3", 10],
    ["day 4", 10],
    ["day 5", 10],
    ["day 6", 10],
    ["day 7", 10],
    ["day 8", 4],
    ["day 9", 4],
  ]);
});

test("labels thin out where there is no room for all of them", () => {
  expect(everyNth(5, 400, 40)).toBe(1);
  expect(everyNth(30, 400, 40)).toBe(3);
});

test("an axis of days has its last day, and no more days than there is room for", () => {
  const ticks = dayTicks(new Date("2026-11-01T05:00:00Z"), new Date("2026-11-11T05:00:00Z"), 5);

  expect(ticks.map((tick) => tick.toISOString().slice(8, 10))).toEqual([
    "11",
    "09",
    "07",
    "05",
    "03",
  ]);
});

test("within one day an axis has no midnight, or one", () => {
  const noon = new Date("2026-11-01T12:00:00Z");

  expect(dayTicks(noon, noon, 5)).toEqual([]);
});

test("of labels that would touch, the later one stays", () => {
  expect(apart([0, 30, 35, 70], (x) => x, 20)).toEqual([70, 35, 0]);
});
