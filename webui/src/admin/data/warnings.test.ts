import { beforeEach, expect, test } from "vitest";
import { setLanguage } from "../../shared/language";
import examples from "../../shared/sentences.json";
import { assumedLines, proposalText, warningText } from "./warnings";

interface Example {
  name: string;
  facts: Record<string, unknown>;
  sentence: string;
}

const WARNINGS: readonly Example[] = examples.import_warnings;
const PROPOSALS: readonly { repair: string; agreement: number | null; sentence: string }[] =
  examples.import_proposals;

beforeEach(() => {
  setLanguage("en");
});

test("in English every warning and proposal reads as the server's", () => {
  expect(WARNINGS.map((one) => warningText(one, ""))).toEqual(
    WARNINGS.map(({ sentence }) => sentence),
  );
  expect(PROPOSALS.map(proposalText)).toEqual(PROPOSALS.map(({ sentence }) => sentence));
});

test("in Chinese every warning and proposal has a sentence of its own", () => {
  setLanguage("zh");
  const sentences = [
    ...WARNINGS.map((one) => warningText(one, "")),
    ...PROPOSALS.map(proposalText),
  ];
  for (const sentence of sentences) {
    expect(sentence).toMatch(/\p{Script=Han}/u);
    expect(sentence).not.toMatch(/undefined|NaN|null|\{|\}/);
  }
  expect(new Set(sentences).size).toBe(sentences.length);
});

test.each([
  [{ repair: "transpose", agreement: 0.98 }, "将图片转置（行列互换）后有 98% 一致。要这样修正吗？"],
  [
    { repair: "invert+scale", agreement: null },
    "反色并将灰度拉伸到全范围后与其他数据集相似。要这样修正吗？",
  ],
])("the proposal %o in Chinese", (proposal, sentence) => {
  setLanguage("zh");
  expect(proposalText(proposal)).toBe(sentence);
});

test("a warning of a later version is shown in the server's words", () => {
  setLanguage("zh");
  expect(warningText({ name: "haunted", facts: {} }, "The file is haunted.")).toBe(
    "The file is haunted.",
  );
});

test("what was assumed is said in short lines", () => {
  const assumed = {
    label_column: "class",
    label_at: 784,
    scale: "0..1",
    arrays: [["x.npy", "y.npy"]],
  };
  expect(assumedLines(assumed)).toEqual([
    "Labels: class",
    "Pixels: 0 to 1",
    "Arrays: x.npy + y.npy",
  ]);
  setLanguage("zh");
  expect(assumedLines(assumed)).toEqual(["标签：class", "像素值：0 到 1", "数组：x.npy + y.npy"]);
});
