import { expect, test } from "vitest";
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
