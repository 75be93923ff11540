import { expect, test } from "vitest";
import { chooseLanguage } from "./language";

test("the first supported language of the browser is used", () => {
  expect(chooseLanguage(null, ["fr-FR", "zh-Hans-CN", "en"])).toBe("zh");
  expect(chooseLanguage(null, ["en-GB", "zh"])).toBe("en");
});

test("English is used when the browser asks for neither language", () => {
  expect(chooseLanguage(null, ["fr", "de"])).toBe("en");
});

test("the person's choice takes precedence over the browser", () => {
  expect(chooseLanguage("zh", ["en"])).toBe("zh");
});
