import { expect, test } from "vitest";
import { en } from "./en";
import { chooseLanguage } from "./language";

test("the browser's first language that there are words for is spoken", () => {
  expect(chooseLanguage(null, ["fr-FR", "zh-Hans-CN", "en"])).toBe("zh");
  expect(chooseLanguage(null, ["en-GB", "zh"])).toBe("en");
});

test("English is spoken where neither is asked for", () => {
  expect(chooseLanguage(null, ["fr", "de"])).toBe("en");
});

test("what a person chose outranks the browser", () => {
  expect(chooseLanguage("zh", ["en"])).toBe("zh");
});

test("one drawing that is missing is spoken of in the singular", () => {
  const today = { kind: "today", time: "03:00" } as const;

  expect(en.thanks_waiting(today, 0)).toBe("Thanks. It is in the next lesson, today at 03:00.");
  expect(en.thanks_waiting(today, 1)).toContain("if 1 more drawing comes in");
  expect(en.thanks_waiting(today, 2)).toContain("if 2 more drawings come in");
});
