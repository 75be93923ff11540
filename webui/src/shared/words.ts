/** Words that both pages use, in English and Chinese. */

import { viewWords } from "./language";
import type { Fate } from "./shapes";
import type { Ago, When } from "./when";

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
  average: "settling",
  select: "choosing how far to go",
  evaluate: "being tested",
  gate: "being judged",
  export: "being packed",
  publish: "going live",
};

const PHASES_ZH: Readonly<Record<string, string>> = {
  gather: "收集笔迹",
  train: "学习中",
  fine_tune: "学习中",
  average: "收尾中",
  select: "权衡步幅",
  evaluate: "考试中",
  gate: "评判中",
  export: "打包中",
  publish: "上线中",
};

const FATES_EN: Record<Fate, string> = {
  learned: "learned",
  waiting: "waiting",
  exam: "exam",
  checking: "being checked",
  rejected: "set aside",
  deleted: "deleted",
};

const FATES_ZH: Record<Fate, string> = {
  learned: "已学会",
  waiting: "等待学习",
  exam: "留作考题",
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
    progress: "Progress of the lesson",
    showMore: "Show more",
    fate: (fate: Fate) => FATES_EN[fate],
    undo: "Undo",
    failedNetwork: "That did not work: no connection to the server.",
    phase: (phase: string | null) => PHASES_EN[phase ?? ""] ?? "at work",
  },
  {
    when: whenZh,
    ago: (moment: Ago) => (moment.kind === "just_now" ? "刚刚" : moment.words),
    percent: (figure) => `${figure}%`,
    language: "语言",
    close: "关闭",
    cancel: "取消",
    tryAgain: "再试一次",
    gap: "",
    fullStop: "。",
    version: (version) => `第 ${version} 版`,
    progress: "学习进度",
    showMore: "显示更多",
    fate: (fate) => FATES_ZH[fate],
    undo: "撤销",
    failedNetwork: "没有成功：连不上服务器。",
    phase: (phase) => PHASES_ZH[phase ?? ""] ?? "进行中",
  },
);
