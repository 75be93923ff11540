import { describe, expect, it } from "vitest";
import { DIGITS } from "../../shared/shapes";
import {
  inkAt,
  middles,
  nextTowards,
  pointsOf,
  rowsByDigit,
  shownPoints,
  strays,
  type MapPoint,
} from "./points";

function point(place: number, changed: Partial<MapPoint> = {}): MapPoint {
  return {
    place,
    x: 0,
    y: 0,
    label: 7,
    predicted: 7,
    nearLabel: 7,
    depth: 0.5,
    id: `drawing-${place}`,
    index: null,
    ...changed,
  };
}

const ALL = { digits: DIGITS, source: "all", only: "all" } as const;

describe("the points of a map", () => {
  it("come by columns, MNIST's before the drawings", () => {
    const columns = { label: [4 as const], predicted: [9 as const], near_label: [4 as const] };
    const found = pointsOf({
      mnist: { ...columns, place: [0], x: [-10_000], y: [2_500], depth: [500], index: [42] },
      drawings: { ...columns, place: [3], x: [1], y: [0], depth: [0], id: ["a"] },
    });
    expect(found[0]).toEqual({
      place: 0,
      x: -1,
      y: 0.25,
      label: 4,
      predicted: 9,
      nearLabel: 4,
      depth: 0.5,
      id: null,
      index: 42,
    });
    expect(found[1]).toMatchObject({ place: 3, id: "a", index: null });
  });

  it("are filtered by digit, source and doubt", () => {
    const all = [
      point(0),
      point(1, { id: null, index: 5 }),
      point(2, { predicted: 1 }),
      point(3, { nearLabel: 1 }),
      point(4, { label: 3, predicted: 3, nearLabel: 3 }),
    ];
    const places = (filter: Parameters<typeof shownPoints>[1]) =>
      shownPoints(all, filter).map(({ place }) => place);
    expect(places(ALL)).toEqual([0, 1, 2, 3, 4]);
    expect(places({ ...ALL, digits: [3] })).toEqual([4]);
    expect(places({ ...ALL, source: "mnist" })).toEqual([1]);
    expect(places({ ...ALL, source: "drawing", only: "misread" })).toEqual([2]);
    expect(places({ ...ALL, only: "strays" })).toEqual([3]);
  });
});

describe("those that lie among others", () => {
  it("are listed with the deepest first, and no more than asked for", () => {
    const all = [0.1, 0.9, 0.5].map((depth, place) => point(place, { nearLabel: 1, depth }));
    expect(strays([...all, point(9)], 2).map(({ place }) => place)).toEqual([1, 2]);
  });

  it("are counted by digit", () => {
    const rows = rowsByDigit([point(0), point(1, { nearLabel: 1 }), point(2, { predicted: 2 })]);
    expect(rows[7]).toEqual({ digit: 7, n: 3, nMisread: 1, nAmongOthers: 1 });
    expect(rows[0]?.n).toBe(0);
  });

  it("do not move the place where their digit is written", () => {
    const own = [1, 2, 3, 4, 5].map((place) => point(place, { x: 0.5 }));
    const far = [6, 7, 8, 9].map((place) => point(place, { x: -1, nearLabel: 1 }));
    expect(middles([...own, ...far])).toEqual([{ digit: 7, x: 0.5, y: 0 }]);
  });
});

describe("the next point in a direction", () => {
  const all = [
    point(0, { x: 0.1, y: 0 }),
    point(1, { x: 0.4, y: 0.1 }),
    point(2, { x: 0.2, y: 0.6 }),
    point(3, { x: -0.5, y: 0 }),
  ];

  it("is the nearest ahead, not itself and not what is off to the side", () => {
    expect(nextTowards(all, point(0, { x: 0.1 }), "ArrowRight")?.place).toBe(1);
    expect(nextTowards(all, { x: 0, y: 0 }, "ArrowRight")?.place).toBe(0);
    expect(nextTowards(all, { x: 0, y: 0 }, "ArrowDown")?.place).toBe(2);
    expect(nextTowards(all, { x: 0, y: 0 }, "ArrowLeft")?.place).toBe(3);
  });

  it("is nothing at the edge", () => {
    expect(nextTowards(all, { x: 0, y: 0 }, "ArrowUp")).toBeNull();
  });
});

describe("the ink of a point", () => {
  it("is cut out of the sheet at its place", () => {
    const sheet = new Uint8Array(2 * 784).fill(9, 784);
    expect(inkAt(sheet, 1)).toBe(btoa("\t".repeat(784)));
    expect(inkAt(null, 1)).toBeNull();
  });
});
