import { expect, test } from "vitest";
import type { Model } from "../../shared/shapes";
import { lineageOf } from "./lineage";

function model(version: number, baseVersion: number | null, status: Model["status"]): Model {
  return {
    version,
    status,
    base_version: baseVersion,
    network: "compact",
    created_at: "2026-11-23T03:00:00Z",
    promoted_at: null,
    run_id: null,
    n_drawings: null,
    n_new: null,
    is_anchor: version === 1,
    scores: {},
    verdict: null,
  };
}

test("each version has a line from its parent, held ones aside", () => {
  const { places, lines } = lineageOf([
    model(3, 1, "live"),
    model(2, 1, "held"),
    model(1, null, "retired"),
  ]);

  expect(places.map(({ version, column, lane }) => [version, column, lane])).toEqual([
    [1, 0, 0],
    [2, 1, 1],
    [3, 2, 0],
  ]);
  expect(lines.map(({ from, to }) => [from.version, to.version])).toEqual([
    [1, 2],
    [1, 3],
  ]);
});

test("a parent on an earlier page leaves its child without a line", () => {
  expect(lineageOf([model(9, 4, "live")]).lines).toEqual([]);
});
