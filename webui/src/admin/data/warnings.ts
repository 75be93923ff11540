/** What is odd about a file, what would repair it, and how it is read, as sentences. */

import type { NoticeOut } from "../../contract";
import { viewWords } from "../../shared/language";
import { cutPercent, type Facts, numberIn, say, type Sentences, textIn } from "../shared/facts";
import type { Found, Proposal } from "./calls";

type Parts = Readonly<Record<string, string>>;

interface Speech {
  warnings: Sentences;
  /** What each repair changes. */
  repairs: Parts;
  column: (name: string) => string;
  shift: (by: string) => string;
  and: string;
  proposal: (how: string, agreement: number | null) => string;
  assumed: Readonly<Record<string, (value: unknown) => string>>;
}

/** A share of less than 1 never reads 100 %. */
function share(facts: Facts, name = "share"): string {
  return cutPercent(numberIn(facts, name), 0);
}

function level(facts: Facts, name: string): string {
  return String(Number(numberIn(facts, name).toPrecision(6)));
}

function othersIn(facts: Facts): string[] {
  const others = facts["others"];
  return Array.isArray(others) ? others.map(String) : [];
}

function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** The first name of each pair, such as the arrays of pictures. */
function pairs(value: unknown): string {
  if (!Array.isArray(value)) return "";
  return value.map((pair) => (Array.isArray(pair) ? pair.join(" + ") : text(pair))).join(", ");
}

const nEn = new Intl.NumberFormat("en");
const nZh = new Intl.NumberFormat("zh-CN");

const EN: Speech = {
  warnings: {
    values_0_and_1: () =>
      "The pixels have only the values 0 and 1: they are read as paper and full ink.",
    values_stretched: (facts) =>
      `The pixels have values from ${level(facts, "low")} to ${level(facts, "high")} instead of 0 to 255: they are scaled to that range.`,
    dim_pictures: (facts) =>
      `${share(facts)} % of the pictures are dim: their paper is darker than mid-grey. They are read as photographs: look whether the ink below is right.`,
    dark_on_light: (facts) =>
      `${share(facts)} % of the pictures are dark on light, as on paper. Models learn light ink on black: they should be inverted.`,
    dim: (facts) =>
      `${share(facts)} % of the pictures are dim, or on grey instead of black: their levels should be scaled to 0 to 255.`,
    labels_to_10: (facts) =>
      `The labels run from 1 to 10: ${numberIn(facts, "shift") === 0 ? "10 is taken as 0" : "each is lowered by one"}, so ${share(facts)} % agree.`,
    label_unclear: (facts) =>
      `It is not certain where the labels are: ${textIn(facts, "taken")} is taken, and ${othersIn(facts).join(", ")} is possible. Compare the samples with their labels; the repair label_column chooses another.`,
    agrees_if_repaired: (facts) =>
      `${share(facts)} % of ${nEn.format(numberIn(facts, "n"))} labels agree with what version ${textIn(facts, "version")} reads, and ${share(facts, "repaired")} % if ${repairText(textIn(facts, "repair"), EN)}.`,
    low_agreement: (facts) =>
      `Only ${share(facts)} % of ${nEn.format(numberIn(facts, "n"))} labels agree with what version ${textIn(facts, "version")} reads: are these digits, and are the labels right? No usual repair helps, so a person must confirm it.`,
  },
  repairs: {
    transpose: "the pictures are turned (rows and columns swapped)",
    rotate_left: "the pictures are turned to the left",
    rotate_right: "the pictures are turned to the right",
    upside_down: "the pictures are turned upside down",
    mirror: "the pictures are mirrored",
    flip: "the pictures are mirrored from top to bottom",
    invert: "dark and light are inverted",
    scale: "the levels are scaled to 0 to 255",
    "shift_labels:0": "the label 10 means 0",
    "shift_labels:-1": "each label is lowered by one",
    "shift_labels:1": "each label is raised by one",
  },
  column: (name) => `the labels are taken from ${name}`,
  shift: (by) => `${by} is added to each label`,
  and: " and ",
  proposal: (how, agreement) =>
    agreement === null
      ? `They look like other data sets if ${how}: change them so?`
      : `${cutPercent(agreement, 0)} % agree if ${how}: change them so?`,
  assumed: {
    label_column: (value) => `Labels: ${text(value)}`,
    scale: (value) => `Pixels: ${text(value).replace("..", " to ")}`,
    column: (value) => `Pictures: ${text(value)}`,
    picture: (value) => `Pictures: ${text(value)}`,
    arrays: (value) => `Arrays: ${pairs(value)}`,
    files: (value) => `Files: ${pairs(value)}`,
    order: () => "Pixels are put in the order of their numbers",
  },
};

const ZH: Speech = {
  warnings: {
    values_0_and_1: () => "像素只有 0 和 1 两种值，已按纸和墨读取。",
    values_stretched: (facts) =>
      `像素值为 ${level(facts, "low")} 到 ${level(facts, "high")}，而不是 0 到 255，已按此范围换算。`,
    dim_pictures: (facts) =>
      `${share(facts)}% 的图片偏暗，纸面比中灰还暗。已按照片读取，请核对下面的图像。`,
    dark_on_light: (facts) =>
      `${share(facts)}% 的图片是浅底深字（如写在纸上）。模型使用的是黑底浅字，应当反色。`,
    dim: (facts) => `${share(facts)}% 的图片偏暗，或底色是灰而不是黑，应当拉伸到 0 到 255。`,
    labels_to_10: (facts) =>
      `标签为 1 到 10：${numberIn(facts, "shift") === 0 ? "10 视为 0" : "每个标签减 1"}，这样有 ${share(facts)}% 一致。`,
    label_unclear: (facts) =>
      `无法确定标签的位置：目前取自 ${textIn(facts, "taken")}，也可能是 ${othersIn(facts).join("、")}。请对照样例与标签，可用修正 label_column 另选。`,
    agrees_if_repaired: (facts) =>
      `${nZh.format(numberIn(facts, "n"))} 个标签中有 ${share(facts)}% 与版本 ${textIn(facts, "version")} 的识别一致；${repairText(textIn(facts, "repair"), ZH)}后有 ${share(facts, "repaired")}%。`,
    low_agreement: (facts) =>
      `${nZh.format(numberIn(facts, "n"))} 个标签中只有 ${share(facts)}% 与版本 ${textIn(facts, "version")} 的识别一致。这些是数字吗？标签正确吗？常用的修正都没有帮助，需要人工确认。`,
  },
  repairs: {
    transpose: "将图片转置（行列互换）",
    rotate_left: "将图片向左转",
    rotate_right: "将图片向右转",
    upside_down: "将图片上下颠倒",
    mirror: "将图片左右镜像",
    flip: "将图片上下镜像",
    invert: "反色",
    scale: "将灰度拉伸到全范围",
    "shift_labels:0": "将标签 10 视为 0",
    "shift_labels:-1": "将每个标签减 1",
    "shift_labels:1": "将每个标签加 1",
  },
  column: (name) => `改从 ${name} 取标签`,
  shift: (by) => `将每个标签加 ${by}`,
  and: "并",
  proposal: (how, agreement) =>
    agreement === null
      ? `${how}后与其他数据集相似。要这样修正吗？`
      : `${how}后有 ${cutPercent(agreement, 0)}% 一致。要这样修正吗？`,
  assumed: {
    label_column: (value) => `标签：${text(value)}`,
    scale: (value) => `像素值：${text(value).replace("..", " 到 ")}`,
    column: (value) => `图片：${text(value)}`,
    picture: (value) => `图片：${text(value)}`,
    arrays: (value) => `数组：${pairs(value)}`,
    files: (value) => `文件：${pairs(value)}`,
    order: () => "像素已按编号排序",
  },
};

const speech = viewWords<Speech>(EN, ZH);

function repairText(repair: string, { repairs, column, shift, and }: Speech): string {
  const parts = repair.split("+").filter((name) => name !== "");
  return parts
    .map((name) => {
      const [key = "", value = ""] = name.split(":");
      if (key === "label_column") return column(name.slice("label_column:".length));
      return repairs[name] ?? shift(value);
    })
    .join(and);
}

/** A warning in the page's language; `fallback` is the server's sentence. */
export function warningText({ name, facts }: NoticeOut, fallback: string): string {
  return say(speech.value.warnings, name, facts, fallback);
}

/** A proposal as a question. */
export function proposalText({
  repair,
  agreement,
}: Omit<Proposal, "sentence" | "samples">): string {
  return speech.value.proposal(repairText(repair, speech.value), agreement);
}

/** How a file is read, as short lines. */
export function assumedLines(assumed: Found["assumed"]): string[] {
  const known = Object.entries(speech.value.assumed);
  return known.filter(([name]) => name in assumed).map(([name, line]) => line(assumed[name]));
}
