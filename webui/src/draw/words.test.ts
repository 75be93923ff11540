import { expect, test } from "vitest";
import { drawWords } from "./words";

test("one missing drawing is written in the singular", () => {
  const today = { kind: "today", time: "03:00" } as const;

  expect(drawWords.value.thanksWaiting(today, 0)).toBe(
    "Thanks. It is in the next training, today at 03:00.",
  );
  expect(drawWords.value.thanksWaiting(today, 1)).toContain("if 1 more drawing comes in");
  expect(drawWords.value.thanksWaiting(today, 2)).toContain("if 2 more drawings come in");
});
