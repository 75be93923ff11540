/** Words that both pages use, in English and Chinese. */

import type { Ago, When } from "./formats";
import { viewWords } from "./language";
import type { Fate } from "./shapes";

export function whenEn(moment: When): string {
  switch (moment.kind) {
    case "today":
      return `today at ${moment.time}`;
    case "tomorrow":
      return `tomorrow at ${moment.time}`;
    default:
      return `on ${moment.day} at ${moment.time}`;
  }
}

export function whenZh(moment: When): string {
  switch (moment.kind) {
    case "today":
      return `今天 ${moment.time}`;
    case "tomorrow":
      return `明天 ${moment.time}`;
    default:
      return `${moment.day} ${moment.time}`;
  }
}

const PHASES_EN: Readonly<Record<string, string>> = {
  gather: "collecting drawings",
  train: "learning",
  fine_tune: "learning",
  average: "averaging the weights",
  select: "choosing the weights",
  evaluate: "being tested",
  gate: "being checked against the rules",
  export: "being exported",
  publish: "going live",
};

const PHASES_ZH: Readonly<Record<string, string>> = {
  gather: "收集笔迹",
  train: "学习",
  fine_tune: "学习",
  average: "平均权重",
  select: "选择权重",
  evaluate: "考核",
  gate: "上线检查",
  export: "导出",
  publish: "上线",
};

const FATES_EN: Record<Fate, string> = {
  learned: "learned",
  waiting: "waiting",
  exam: "exam",
  checking: "being checked",
  rejected: "rejected",
  deleted: "deleted",
};

const FATES_ZH: Record<Fate, string> = {
  learned: "已用于训练",
  waiting: "等待训练",
  exam: "留作考核",
  checking: "核对中",
  rejected: "未采用",
  deleted: "已删除",
};

export const words = viewWords(
  {
    when: whenEn,
    ago: (moment: Ago) => (moment.kind === "just_now" ? "just now" : moment.words),
    percent: (figure: string) => `${figure} %`,
    language: "Language",
    close: "Close",
    cancel: "Cancel",
    tryAgain: "Try again",
    /** Between two sentences. */
    gap: " ",
    fullStop: ".",
    version: (version: number) => `version ${version}`,
    progress: "Training progress",
    showMore: "Show more",
    fate: (fate: Fate) => FATES_EN[fate],
    undo: "Undo",
    failedNetwork: "That did not work: no connection to the server.",
    phase: (phase: string | null) => PHASES_EN[phase ?? ""] ?? "running",
  },
  {
    when: whenZh,
    ago: (moment: Ago) => (moment.kind === "just_now" ? "刚刚" : moment.words),
    percent: (figure) => `${figure}%`,
    language: "语言",
    close: "关闭",
    cancel: "取消",
    tryAgain: "重试",
    gap: "",
    fullStop: "。",
    version: (version) => `版本 ${version}`,
    progress: "训练进度",
    showMore: "显示更多",
    fate: (fate) => FATES_ZH[fate],
    undo: "撤销",
    failedNetwork: "操作失败：无法连接服务器。",
    phase: (phase) => PHASES_ZH[phase ?? ""] ?? "进行中",
  },
);
