/** Words of the gallery. */

import { viewWords } from "../../shared/language";
import type { ChangeAction } from "./calls";
import type { ChoiceName, Sort } from "./query";

function drawings(n: number): string {
  return n === 1 ? "1 drawing" : `${n.toLocaleString("en")} drawings`;
}

const DONE_EN: Record<ChangeAction, (what: string, label: number | null) => string> = {
  accept: (what) => `${what} accepted.`,
  relabel: (what, label) => `${what} labelled ${label ?? ""}.`,
  reject: (what) => `${what} rejected.`,
  restore: (what) => `${what} restored.`,
  delete: (what) => `${what} deleted.`,
};

const DONE_ZH: Record<ChangeAction, (n: number, label: number | null) => string> = {
  accept: (n) => `已采用 ${n} 张。`,
  relabel: (n, label) => `已将 ${n} 张的标签改为 ${label ?? ""}。`,
  reject: (n) => `已将 ${n} 张设为不采用。`,
  restore: (n) => `已恢复 ${n} 张。`,
  delete: (n) => `已删除 ${n} 张。`,
};

const CHOICES_EN: Record<string, string> = {
  true: "differs from the label",
  false: "same as the label",
  below_60: "under 60 %",
  "60_to_90": "60 to 90 %",
  "90_to_99": "90 to 99 %",
  above_99: "99 % and more",
  unknown: "not known",
  accepted: "accepted",
  quarantined: "being checked",
  rejected: "rejected",
  deleted: "deleted",
  train: "for learning",
  holdout_known: "exam, known contributors",
  holdout_new: "exam, new contributors",
  drawn: "drawn",
  uploaded: "picture",
  imported: "imported",
};

const CHOICES_ZH: Record<string, string> = {
  true: "与标签不一致",
  false: "与标签一致",
  below_60: "不到 60%",
  "60_to_90": "60% 到 90%",
  "90_to_99": "90% 到 99%",
  above_99: "99% 以上",
  unknown: "未知",
  accepted: "已采用",
  quarantined: "待核对",
  rejected: "未采用",
  deleted: "已删除",
  train: "训练",
  holdout_known: "考核（已知贡献者）",
  holdout_new: "考核（新贡献者）",
  drawn: "手写",
  uploaded: "图片",
  imported: "导入",
};

const FIELDS_EN: Record<ChoiceName, string> = {
  label: "Label",
  predicted: "Read as",
  disagrees: "Reading",
  confidence: "How sure",
  status: "Status",
  split: "Use",
  source: "Source",
};

const FIELDS_ZH: Record<ChoiceName, string> = {
  label: "标签",
  predicted: "识别为",
  disagrees: "识别结果",
  confidence: "置信度",
  status: "状态",
  split: "用途",
  source: "来源",
};

const SORTS_EN: Record<Sort, string> = {
  newest: "newest first",
  oldest: "oldest first",
  least_sure: "least sure first",
  most_sure: "most sure first",
};

const SORTS_ZH: Record<Sort, string> = {
  newest: "最新的在前",
  oldest: "最早的在前",
  least_sure: "置信度低的在前",
  most_sure: "置信度高的在前",
};

export const drawingsWords = viewWords(
  {
    exportThese: "Export these",
    leadAll: (n: number) => `${drawings(n)} in all`,
    leadFit: (n: number, isExact: boolean) =>
      isExact
        ? `${drawings(n)} ${n === 1 ? "fits" : "fit"}`
        : `${n.toLocaleString("en")}+ drawings fit`,
    leadCounting: "Drawings",
    none: "No drawing matches. Remove a filter.",
    noneAtAll: "No drawing yet. The first one appears here.",
    clear: "Clear filters",
    filters: "Filters",
    field: (name: ChoiceName) => FIELDS_EN[name],
    choice: (value: string) => CHOICES_EN[value] ?? value,
    any: "any",
    withCount: (choice: string, n: number) => `${choice} (${n.toLocaleString("en")})`,
    sort: "Order",
    sortName: (sort: Sort) => SORTS_EN[sort],
    since: "From",
    until: "To",
    version: "Learned by version",
    contributor: "Contributor",
    presets: "Common filters",
    doubtful: "Doubtful labels",
    unsure: "The model is unsure",
    checking: "Being checked",
    wall: "Drawings",
    wallKeys:
      "Arrow keys move, Space selects, Shift with arrows selects a range, Enter opens. 0 to 9 labels, A accepts, X rejects, Delete deletes, U undoes, Escape clears the selection.",
    tile: (label: number, read: number | null, sign: string) =>
      `${label}${read === null ? "" : `, read as ${read}`}${sign === "" ? "" : `, ${sign}`}`,
    capped: "Only the newest 2,000 of these are sorted.",
    loadingMore: "Loading more …",
    moreFailed: "The next ones could not be loaded.",
    end: "That is all.",
    chosen: (n: number) => `${drawings(n)} selected`,
    oneActive: "Nothing selected: keys act on the marked drawing",
    labelAs: "It is a",
    labelKey: (digit: number) => `Label ${digit}`,
    accept: "Accept",
    reject: "Reject",
    delete: "Delete",
    open: "Open",
    chooseAll: "Select all",
    letGo: "Clear selection",
    done: (action: ChangeAction, n: number, label: number | null) =>
      DONE_EN[action](drawings(n), label),
    keeps: (versions: string, n: number) =>
      n === 1
        ? `Version ${versions} keeps what it learned until the next run.`
        : `Versions ${versions} keep what they learned until the next run.`,
    undone: (n: number) => `${drawings(n)} restored.`,
    deleteTitle: (n: number) => `Delete ${drawings(n)}?`,
    deleteNone: "No version has learned from them.",
    deleteLearned: (nVersions: number, n: number) =>
      `${nVersions === 1 ? "1 version" : `${nVersions} versions`} learned from these ${drawings(n)}; ${nVersions === 1 ? "it stays" : "they stay"} live until retrained.`,
    deleteGone: "After a minute the drawing is erased permanently.",
    previous: "Previous",
    next: "Next",
    replay: "Replay the strokes",
    replayTime: "Time in the drawing",
    noStrokes: "It has no strokes.",
    ink: "What the model sees",
    readBy: (version: number, label: number | null, sure: string | null) =>
      `Version ${version} read ${label === null ? "no digit" : String(label)}${sure === null ? "" : `, ${sure} % sure`}.`,
    notRead: "No version had read it when it was stored.",
    by: "From",
    moreOf: "all their drawings",
    labels: "Labels",
    byWhom: (by: string) => (by === "contributor" ? "its contributor" : by),
    learned: "Learned by",
    learnedNone: "No version has learned from it.",
    learnedAs: (version: number, label: number) => `version ${version}, as a ${label}`,
    readings: "What each version says",
    readingsNote: "The newest ten versions, run now.",
    readingNone: "can no longer be run",
    readingNoDigit: "sees no digit",
    readingSure: (percent: string) => `${percent} %`,
  },
  {
    exportThese: "导出这些",
    leadAll: (n: number) => `共 ${n.toLocaleString("zh-CN")} 张`,
    leadFit: (n: number, isExact: boolean) =>
      `符合条件的有 ${n.toLocaleString("zh-CN")}${isExact ? "" : "+"} 张`,
    leadCounting: "笔迹",
    none: "没有符合条件的笔迹，请减少筛选条件。",
    noneAtAll: "还没有笔迹。第一张笔迹会显示在这里。",
    clear: "清除筛选",
    filters: "筛选",
    field: (name: ChoiceName) => FIELDS_ZH[name],
    choice: (value: string) => CHOICES_ZH[value] ?? value,
    any: "不限",
    withCount: (choice: string, n: number) => `${choice}（${n.toLocaleString("zh-CN")}）`,
    sort: "排序",
    sortName: (sort: Sort) => SORTS_ZH[sort],
    since: "从",
    until: "到",
    version: "训练过的版本",
    contributor: "贡献者",
    presets: "常用筛选",
    doubtful: "标签可疑",
    unsure: "模型不确定",
    checking: "待核对",
    wall: "笔迹墙",
    wallKeys:
      "方向键移动，空格选择，Shift 加方向键连续选择，回车打开。0 到 9 更改标签，A 采用，X 不采用，Delete 删除，U 撤销，Esc 取消选择。",
    tile: (label: number, read: number | null, sign: string) =>
      `${label}${read === null ? "" : `，识别为 ${read}`}${sign === "" ? "" : `，${sign}`}`,
    capped: "只对其中最新的 2,000 张排序。",
    loadingMore: "正在加载更多……",
    moreFailed: "后面的加载失败。",
    end: "已全部显示。",
    chosen: (n: number) => `已选择 ${n} 张`,
    oneActive: "未选择：快捷键作用于当前这一张",
    labelAs: "这是",
    labelKey: (digit: number) => `标为 ${digit}`,
    accept: "采用",
    reject: "不采用",
    delete: "删除",
    open: "打开",
    chooseAll: "全选",
    letGo: "取消选择",
    done: (action: ChangeAction, n: number, label: number | null) => DONE_ZH[action](n, label),
    keeps: (versions: string) => `版本 ${versions} 学到的内容会保留到下次训练。`,
    undone: (n: number) => `${n} 张已恢复原样。`,
    deleteTitle: (n: number) => `删除 ${n} 张笔迹？`,
    deleteNone: "没有版本用它们训练过。",
    deleteLearned: (nVersions: number, n: number) =>
      `有 ${nVersions} 个版本用这 ${n} 张训练过，在重新训练之前照常使用。`,
    deleteGone: "一分钟后笔迹会被永久清除。",
    previous: "上一张",
    next: "下一张",
    replay: "重放笔画",
    replayTime: "书写进度",
    noStrokes: "没有笔画数据。",
    ink: "模型看到的图像",
    readBy: (version: number, label: number | null, sure: string | null) =>
      `版本 ${version} ${label === null ? "没有识别出数字" : `识别为 ${label}`}${sure === null ? "" : `，置信度 ${sure}%`}。`,
    notRead: "提交时还没有版本识别过它。",
    by: "贡献者",
    moreOf: "查看其全部笔迹",
    labels: "标签",
    byWhom: (by: string) => (by === "contributor" ? "贡献者" : by),
    learned: "用它训练过的版本",
    learnedNone: "还没有版本用它训练过。",
    learnedAs: (version: number, label: number) => `版本 ${version}，标签 ${label}`,
    readings: "各版本的识别结果",
    readingsNote: "最新的十个版本，实时识别。",
    readingNone: "已无法运行",
    readingNoDigit: "没有识别出数字",
    readingSure: (percent: string) => `${percent}%`,
  },
);
