import { expect, test } from "vitest";
import { PAGES, pageOf } from "./pages";

test("each page is registered once", () => {
  const views = PAGES.map(({ view }) => view);

  expect(new Set(views).size).toBe(views.length);
  expect(pageOf("review")?.title).toEqual({ en: "Review", zh: "审核" });
});

test("pages about people and their actions are in the rail of admins only", () => {
  expect(PAGES.filter(({ seenBy }) => seenBy === "admin").map(({ view }) => view)).toEqual([
    "people",
    "audit",
  ]);
});
