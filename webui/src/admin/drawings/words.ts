/** Words of the gallery. */

import type { ChangeAction } from "./calls";
import type { ChoiceName, Sort } from "./query";
import { viewWords } from "../../shared/language";

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
  relabel: (n, label) => `已把 ${n} 张改标为 ${label ?? ""}。`,
  reject: (n) => `已排除 ${n} 张。`,
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
  holdout_known: "exam, known hands",
  holdout_new: "exam, new hands",
  drawn: "drawn",
  uploaded: "picture",
  imported: "imported",
};

const CHOICES_ZH: Record<string, string> = {
  true: "与标注不同",
  false: "与标注相同",
  below_60: "不到 60%",
  "60_to_90": "60% 到 90%",
  "90_to_99": "90% 到 99%",
  above_99: "99% 以上",
  unknown: "不详",
  accepted: "已采用",
  quarantined: "待核对",
  rejected: "已排除",
  deleted: "已删除",
  train: "用于学习",
  holdout_known: "考题（熟悉的笔迹）",
  holdout_new: "考题（新的笔迹）",
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
  split: "Used",
  source: "Came as",
};

const FIELDS_ZH: Record<ChoiceName, string> = {
  label: "标注",
  predicted: "读作",
  disagrees: "读数",
  confidence: "把握",
  status: "状态",
  split: "用途",
  source: "来源",
};

const SORTS_EN: Record<Sort, string> = {
  newest: "newest first",
  oldest: "oldest first",
  least_sure: "least sure first",
  most_sure: "surest first",
};

const SORTS_ZH: Record<Sort, string> = {
  newest: "最新的在前",
  oldest: "最早的在前",
  least_sure: "最没把握的在前",
  most_sure: "最有把握的在前",
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
    none: "No drawing fits. Take a filter away.",
    noneAtAll: "No drawing yet. The first one that somebody draws shows up here.",
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
    presets: "Often looked for",
    doubtful: "Labels the model doubts",
    unsure: "Where it wavers",
    checking: "Being checked",
    wall: "Drawings",
    wallKeys:
      "Arrow keys move, Space chooses, Shift with arrows chooses a range, Enter opens. 0 to 9 labels, A accepts, X rejects, Delete deletes, U undoes, Escape lets go.",
    tile: (label: number, read: number | null, sign: string) =>
      `${label}${read === null ? "" : `, read as ${read}`}${sign === "" ? "" : `, ${sign}`}`,
    capped: "Only the newest 2,000 of these are put in this order.",
    loadingMore: "More are coming …",
    moreFailed: "The next ones could not be loaded.",
    end: "That is all.",
    chosen: (n: number) => `${drawings(n)} chosen`,
    oneActive: "Nothing chosen: keys act on the marked one",
    labelAs: "It is a",
    labelKey: (digit: number) => `Label ${digit}`,
    accept: "Accept",
    reject: "Reject",
    delete: "Delete",
    open: "Open",
    chooseAll: "Choose all",
    letGo: "Let go",
    undo: "Undo",
    done: (action: ChangeAction, n: number, label: number | null) =>
      DONE_EN[action](drawings(n), label),
    keeps: (versions: string, n: number) =>
      n === 1
        ? `Version ${versions} keeps what it learned until the next run.`
        : `Versions ${versions} keep what they learned until the next run.`,
    undone: (n: number) => `${drawings(n)} as before.`,
    deleteTitle: (n: number) => `Delete ${drawings(n)}?`,
    deleteNone: "No version has learned from them.",
    deleteLearned: (nVersions: number, n: number) =>
      `${nVersions === 1 ? "1 version" : `${nVersions} versions`} learned from these ${drawings(n)}; ${nVersions === 1 ? "it stays" : "they stay"} live until retrained.`,
    deleteGone: "After a minute the ink is gone for good.",
    previous: "Previous",
    next: "Next",
    replay: "Replay the strokes",
    replayTime: "Moment of the drawing",
    noStrokes: "It came without strokes.",
    ink: "What the model sees",
    readBy: (version: number, label: number | null, sure: string | null) =>
      `Version ${version} read ${label === null ? "no digit" : String(label)}${sure === null ? "" : `, ${sure} % sure`}.`,
    notRead: "No version had read it when it came.",
    came: "Came",
    by: "From",
    moreOf: "all of these",
    labels: "Labels",
    byWhom: (by: string) => (by === "contributor" ? "its contributor" : by),
    learned: "Learned by",
    learnedNone: "No version has learned from it.",
    learnedAs: (version: number, label: number) => `version ${version}, as a ${label}`,
    readings: "What each version says",
    readingsNote: "The newest ten versions, asked now.",
    readingNone: "cannot be run any more",
    readingNoDigit: "sees no digit",
    readingSure: (percent: string) => `${percent} %`,
    gone: "This drawing is not there, or was deleted.",
    titleOf: (label: number) => `A ${label}`,
  },
  {
    exportThese: "导出这些",
    leadAll: (n: number) => `共 ${n.toLocaleString("zh-CN")} 张`,
    leadFit: (n: number, isExact: boolean) =>
      `符合条件的有 ${n.toLocaleString("zh-CN")}${isExact ? "" : "+"} 张`,
    leadCounting: "笔迹",
    none: "没有符合条件的，去掉一个条件试试。",
    noneAtAll: "还没有人写过。写下的第一个数字会出现在这里。",
    clear: "清除条件",
    filters: "筛选条件",
    field: (name: ChoiceName) => FIELDS_ZH[name],
    choice: (value: string) => CHOICES_ZH[value] ?? value,
    any: "不限",
    withCount: (choice: string, n: number) => `${choice}（${n.toLocaleString("zh-CN")}）`,
    sort: "排序",
    sortName: (sort: Sort) => SORTS_ZH[sort],
    since: "从",
    until: "到",
    version: "哪一版学过",
    contributor: "作者",
    presets: "常用",
    doubtful: "模型不认同的标注",
    unsure: "模型拿不准的",
    checking: "待核对的",
    wall: "笔迹墙",
    wallKeys:
      "方向键移动，空格选取，Shift 加方向键连选，回车打开。0 到 9 改标注，A 采用，X 排除，Delete 删除，U 撤销，Esc 取消选取。",
    tile: (label: number, read: number | null, sign: string) =>
      `${label}${read === null ? "" : `，读作 ${read}`}${sign === "" ? "" : `，${sign}`}`,
    capped: "只对其中最新的 2,000 张排序。",
    loadingMore: "正在载入更多……",
    moreFailed: "后面的没能载入。",
    end: "到底了。",
    chosen: (n: number) => `已选 ${n} 张`,
    oneActive: "未选取：按键作用于标出的那一张",
    labelAs: "这是",
    labelKey: (digit: number) => `标为 ${digit}`,
    accept: "采用",
    reject: "排除",
    delete: "删除",
    open: "打开",
    chooseAll: "全选",
    letGo: "取消选取",
    undo: "撤销",
    done: (action: ChangeAction, n: number, label: number | null) => DONE_ZH[action](n, label),
    keeps: (versions: string) => `第 ${versions} 版在下次训练前仍记得学过的内容。`,
    undone: (n: number) => `${n} 张已恢复原样。`,
    deleteTitle: (n: number) => `删除这 ${n} 张？`,
    deleteNone: "没有哪一版学过它们。",
    deleteLearned: (nVersions: number, n: number) =>
      `有 ${nVersions} 个版本学过这 ${n} 张，在重新训练之前它们照常使用。`,
    deleteGone: "一分钟后字迹将彻底删除。",
    previous: "上一张",
    next: "下一张",
    replay: "重放笔画",
    replayTime: "书写的时刻",
    noStrokes: "没有笔画记录。",
    ink: "模型看到的",
    readBy: (version: number, label: number | null, sure: string | null) =>
      `第 ${version} 版读作${label === null ? "“不是数字”" : ` ${label}`}${sure === null ? "" : `，把握 ${sure}%`}。`,
    notRead: "写下时没有哪一版读过它。",
    came: "时间",
    by: "作者",
    moreOf: "这个人的全部",
    labels: "标注",
    byWhom: (by: string) => (by === "contributor" ? "作者本人" : by),
    learned: "学过它的版本",
    learnedNone: "还没有哪一版学过它。",
    learnedAs: (version: number, label: number) => `第 ${version} 版，当作 ${label}`,
    readings: "各版本怎么读",
    readingsNote: "最新的十个版本，此刻所读。",
    readingNone: "已无法运行",
    readingNoDigit: "认为不是数字",
    readingSure: (percent: string) => `${percent}%`,
    gone: "没有这张笔迹，或者已经删除。",
    titleOf: (label: number) => `一个 ${label}`,
  },
);
