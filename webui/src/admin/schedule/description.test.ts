import { beforeEach, expect, test } from "vitest";
import { setLanguage } from "../../shared/language";
import examples from "../../shared/sentences.json";
import { describe as described } from "./description";

interface Example {
  name: string;
  facts: Record<string, unknown>;
  sentence: string;
}

const DESCRIPTIONS: readonly Example[] = examples.descriptions;

beforeEach(() => {
  setLanguage("en");
});

test("in English every description reads as the server's sentence", () => {
  const said = DESCRIPTIONS.map((one) => described(one, ""));
  expect(said).toEqual(DESCRIPTIONS.map(({ sentence }) => sentence));
});

test("in Chinese every description has words of its own", () => {
  setLanguage("zh");
  const said = DESCRIPTIONS.map((one) => described(one, ""));
  for (const words of said) {
    expect(words).toMatch(/\p{Script=Han}/u);
    expect(words).not.toMatch(/undefined|NaN|null/);
  }
  expect(new Set(said).size).toBe(said.length);
});

function times(days: object, ...at: string[]) {
  return { name: "times", facts: { days, times: at } };
}

test.each([
  [{ name: "off", facts: {} }, "已关闭"],
  [times({}, "03:00"), "每天 03:00"],
  [times({}, "03:30", "15:30"), "每天 03:30 和 15:30"],
  [times({}, "03:00", "09:00", "15:00"), "每天 03:00、09:00 和 15:00"],
  [times({ weekdays: [0] }, "03:00"), "每周日 03:00"],
  [times({ weekdays: [1, 2, 3, 4, 5] }, "03:00"), "周一至周五 03:00"],
  [times({ weekdays: [6, 0] }, "03:00"), "每周六和周日 03:00"],
  [times({ weekdays: [1, 3, 0] }, "03:00"), "每周一、周三和周日 03:00"],
  [times({ days: [1, 15] }, "03:00"), "每月 1 日、15 日 03:00"],
  [times({ days: [1], months: [1] }, "00:00"), "每年 1 月 1 日 00:00"],
  [times({ days: [2], months: [3, 9] }, "06:30"), "每年 3 月、9 月的 2 日 06:30"],
  [{ name: "every_minute", facts: {} }, "每分钟"],
  [{ name: "every_n_minutes", facts: { n: 15 } }, "每 15 分钟"],
  [{ name: "every_hour", facts: {} }, "每小时整点"],
  [{ name: "every_hour_at", facts: { minute: 5 } }, "每小时第 5 分钟"],
  [{ name: "every_n_hours", facts: { n: 6 } }, "每 6 小时"],
  [{ name: "rule", facts: { cron: "0 3 13 * 5" } }, "按规则 0 3 13 * 5"],
])("a rule reads in Chinese as people say it: %#", (one, words) => {
  setLanguage("zh");
  expect(described(one, "")).toBe(words);
});

test("a description that this page does not know is shown in the server's words", () => {
  setLanguage("zh");
  const atFullMoon = { name: "moon", facts: {} };
  expect(described(atFullMoon, "at full moon")).toBe("at full moon");
});
