import { expect, test } from "vitest";
import { accuracyFigure, agoOf, sureFigure, versionList, whenOf } from "./formats";
import { whenEn, whenZh } from "./words";

test.each([
  [0.93, "93"],
  [0.9962, "99.6"],
  [0.99999, "99.9"],
  [1, "99.9"],
  [0.004, "<1"],
])("a probability of %d is %s %% sure, never 100", (probability, figure) => {
  expect(sureFigure(probability)).toBe(figure);
});

test("accuracy is cut, not rounded up", () => {
  expect(accuracyFigure(0.99996)).toBe("99.99");
  expect(accuracyFigure(0.9961)).toBe("99.61");
});

test("versions are listed in their order", () => {
  expect(versionList([10, 9], "en")).toBe("9 and 10");
});

const NOW = new Date(2026, 10, 23, 12, 0); // a Monday, in the time zone of the machine

function at(day: number, hour: number): string {
  return new Date(2026, 10, day, hour, 0).toISOString();
}

test.each([
  [at(23, 15), "today at 15:00", "今天 15:00"],
  [at(24, 3), "tomorrow at 03:00", "明天 03:00"],
  [at(27, 3), "on Friday at 03:00", "星期五 03:00"],
])("%s is written as people say it", (iso, english, chinese) => {
  expect(whenEn(whenOf(iso, NOW, "en"))).toBe(english);
  expect(whenZh(whenOf(iso, NOW, "zh-CN"))).toBe(chinese);
});

test("a day further away is written as a date", () => {
  const far = new Date(2026, 11, 24, 3, 0).toISOString();

  expect(whenEn(whenOf(far, NOW, "en"))).toBe("on Dec 24 at 03:00");
  expect(whenZh(whenOf(far, NOW, "zh-CN"))).toBe("12月24日 03:00");
});

test("midnight is 00:00, not 24:00", () => {
  expect(whenOf(at(24, 0), NOW, "en")).toEqual({ kind: "tomorrow", time: "00:00" });
});

test("the past is written in its largest unit", () => {
  expect(agoOf(at(20, 12), NOW, "en")).toEqual({ kind: "ago", words: "3 days ago" });
  expect(agoOf(NOW.toISOString(), NOW, "en")).toEqual({ kind: "just_now" });
});
