import { expect, test } from "vitest";
import { plotFormats } from "./figures";

const en = plotFormats("en");
const zh = plotFormats("zh-CN");

test("large numbers are grouped, and short on an axis", () => {
  expect(en.number(1_234_567)).toBe("1,234,567");
  expect(en.short(12_300)).toBe("12.3K");
  expect(zh.short(12_300)).toBe("1.2万");
});

test("a day is the one of UTC, whatever the browser's clock says", () => {
  expect(en.day("2026-11-23")).toBe("Nov 23");
  expect(zh.day(new Date("2026-11-23T23:59:00Z"))).toBe("11月23日");
});

test("shares are percent with as many decimals as the axis asks for", () => {
  expect(en.percent(0.5)).toBe("50 %");
  expect(en.percent(0.9961, 2)).toBe("99.61 %");
  expect(zh.percent(0.9961, 2)).toBe("99.61%");
});
