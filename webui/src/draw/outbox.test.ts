import { describe, expect, test } from "vitest";
import {
  type Answer,
  inOrder,
  isDue,
  newDrawingId,
  nextDue,
  outcomeOf,
  waitBeforeTry,
  type Waiting,
} from "./outbox";

function waiting(changes: Partial<Waiting> = {}): Waiting {
  const content = { kind: "picture", file: new Blob(["x"]) } as const;
  const fresh = { id: "a", label: 7, content, labelled_at_ms: 0, n_tries: 0 } as const;
  return { ...fresh, due_at_ms: 0, claimed_until_ms: 0, ...changes };
}

function refused(status: number, retryAfterSeconds: number | null = null): Answer {
  return { kind: "refused", status, message: "no", retryAfterSeconds };
}

describe("what an answer means", () => {
  test.each([409, 410, 422, 413, 415])(
    "%i is final: the same drawing would be refused again",
    (status) => {
      expect(outcomeOf(refused(status), 1, 0, 0).kind).toBe("dropped");
    },
  );

  test.each([401, 403, 404, 429, 500, 502, 503, 507])("%i is tried again", (status) => {
    expect(outcomeOf(refused(status), 1, 0, 0).kind).toBe("retry");
  });

  test("a drawing without any answer is tried again", () => {
    expect(outcomeOf({ kind: "unreachable" }, 1, 0, 0).kind).toBe("retry");
  });

  test("Retry-After is respected", () => {
    expect(outcomeOf(refused(429, 30), 1, 1_000, 0)).toMatchObject({ dueAtMs: 31_000 });
  });

  test("a bug met by one drawing does not hold up the others", () => {
    expect(outcomeOf(refused(500), 1, 0, 0)).toMatchObject({ isForAll: false });
    expect(outcomeOf(refused(503), 1, 0, 0)).toMatchObject({ isForAll: true });
  });
});

describe("when to try", () => {
  test("each wait is twice the one before, up to a minute", () => {
    const waits = [1, 2, 3, 4, 5, 6, 20].map((nTries) => waitBeforeTry(nTries, 0));

    expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  test("pages that lost the same server do not retry at the same moment", () => {
    expect(waitBeforeTry(1, 0.9)).toBeLessThan(waitBeforeTry(1, 0.1));
  });

  test("a drawing that another tab sends is not due", () => {
    expect(isDue(waiting({ claimed_until_ms: 50 }), 10)).toBe(false);
    expect(isDue(waiting({ claimed_until_ms: 50 }), 50)).toBe(true);
  });

  test("the next look is at the first drawing that can be sent", () => {
    const all = [waiting({ due_at_ms: 30 }), waiting({ due_at_ms: 5, claimed_until_ms: 20 })];

    expect(nextDue(all)).toBe(20);
    expect(nextDue([])).toBeNull();
  });

  test("drawings go in the order in which they were labelled", () => {
    const all = [waiting({ id: "b", labelled_at_ms: 2 }), waiting({ id: "a", labelled_at_ms: 1 })];

    expect(inOrder(all).map(({ id }) => id)).toEqual(["a", "b"]);
  });
});

test("a drawing's id is a version 4 uuid", () => {
  expect(newDrawingId()).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
});

test("no two ids are the same", () => {
  expect(new Set(Array.from({ length: 1000 }, newDrawingId)).size).toBe(1000);
});
