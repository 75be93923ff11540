/** When runs start by themselves, as part of a sentence: "every day at 03:00". */

import type { Named } from "../../contract";
import { viewWords } from "../../shared/language";
import { type Facts, numberIn, say, type Sentences, textIn } from "../shared/facts";

/** Nothing for every day; `weekdays` count from Sunday, 0. */
interface Days {
  weekdays?: readonly number[];
  days?: readonly number[];
  months?: readonly number[];
}

const WEEKDAYS_EN = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS_EN = [
  ...["January", "February", "March", "April", "May", "June"],
  ...["July", "August", "September", "October", "November", "December"],
];
const WEEKDAYS_ZH = ["周日", "周一", "周二", "周三", "周四", "周五", "周六"];
const WORKING_DAYS = "1,2,3,4,5";

function daysIn(facts: Facts): Days {
  return facts["days"] ?? {};
}

function timesIn(facts: Facts): readonly string[] {
  return (facts["times"] ?? []) as string[];
}

function listed(parts: readonly string[], between: string, last: string): string {
  const head = parts.slice(0, -1).join(between);
  return parts.length > 1 ? `${head}${last}${parts.at(-1) ?? ""}` : (parts[0] ?? "");
}

function listedEn(parts: readonly string[]): string {
  return listed(parts, ", ", " and ");
}

function daysEn({ weekdays, days, months }: Days): string {
  if (weekdays !== undefined) {
    if (weekdays.join() === WORKING_DAYS) return "Monday to Friday";
    return `every ${listedEn(weekdays.map((day) => WEEKDAYS_EN[day] ?? ""))}`;
  }
  if (days === undefined) return "every day";
  const numbers = listedEn(days.map(String));
  if (months === undefined) return `on day ${numbers} of every month`;
  return `on day ${numbers} of ${listedEn(months.map((month) => MONTHS_EN[month - 1] ?? ""))}`;
}

function daysZh({ weekdays, days, months }: Days): string {
  if (weekdays !== undefined) {
    if (weekdays.join() === WORKING_DAYS) return "周一至周五";
    return `每${listed(
      weekdays.map((day) => WEEKDAYS_ZH[day] ?? ""),
      "、",
      "和",
    )}`;
  }
  if (days === undefined) return "每天";
  const numbers = days.map((day) => `${day} 日`).join("、");
  if (months === undefined) return `每月 ${numbers}`;
  const named = months.map((month) => `${month} 月`).join("、");
  return months.length === 1 ? `每年 ${named} ${numbers}` : `每年 ${named}的 ${numbers}`;
}

const EN: Sentences = {
  off: () => "switched off",
  every_minute: () => "every minute",
  every_n_minutes: (facts) => `every ${numberIn(facts, "n")} minutes`,
  every_hour: () => "every hour",
  every_hour_at: (facts) => `every hour, ${numberIn(facts, "minute")} minutes past`,
  every_n_hours: (facts) => `every ${numberIn(facts, "n")} hours`,
  times: (facts) => `${daysEn(daysIn(facts))} at ${listedEn(timesIn(facts))}`,
  rule: (facts) => `by the rule ${textIn(facts, "cron")}`,
};

const ZH: Sentences = {
  off: () => "已关闭",
  every_minute: () => "每分钟",
  every_n_minutes: (facts) => `每 ${numberIn(facts, "n")} 分钟`,
  every_hour: () => "每小时整点",
  every_hour_at: (facts) => `每小时第 ${numberIn(facts, "minute")} 分钟`,
  every_n_hours: (facts) => `每 ${numberIn(facts, "n")} 小时`,
  times: (facts) => `${daysZh(daysIn(facts))} ${listed(timesIn(facts), "、", " 和 ")}`,
  rule: (facts) => `按规则 ${textIn(facts, "cron")}`,
};

const descriptions = viewWords(EN, ZH);

/** `sentence` is the server's, for a description that this page does not know yet. */
export function describe({ name, facts }: Named, sentence: string): string {
  return say(descriptions.value, name, facts, sentence);
}
