import { beforeEach, expect, test } from "vitest";
import { setLanguage } from "../../shared/language";
import examples from "../../shared/sentences.json";
import type { Rule, Verdict } from "../../shared/shapes";
import { ruleSentence, verdictSentence } from "./verdict-words";

const RULES: readonly Rule[] = examples.rules;
const VERDICTS: readonly Verdict[] = examples.verdicts;

beforeEach(() => {
  setLanguage("en");
});

function rule(name: string, passed: boolean, value: number, bound: number, facts: object): Rule {
  return { name, passed, value, bound, facts: { ...facts }, sentence: "" };
}

test("in English every rule reads as the server's sentence", () => {
  expect(RULES.map(ruleSentence)).toEqual(RULES.map(({ sentence }) => sentence));
});

test("in English every verdict reads as the server's sentence", () => {
  expect(VERDICTS.map(verdictSentence)).toEqual(VERDICTS.map(({ sentence }) => sentence));
});

test("in Chinese every kind of rule and outcome has a sentence of its own", () => {
  setLanguage("zh");
  const said = RULES.map(ruleSentence);
  for (const sentence of said) expect(sentence).toMatch(/^[^a-z{]*\p{Script=Han}[^a-z{]*。$/u);
  expect(new Set(said).size).toBe(said.length);
});

test.each([
  [rule("mnist_vs_anchor", false, 9, 6, { n_lost: 14 }), "测试集上净多错 9 个，最多允许 6 个。"],
  [
    rule("mnist_vs_anchor", false, 0, -2, { n_lost: 50 }),
    "测试集上多对与多错相抵（各 50 个），但变动太多，至少要净多对 2 个。",
  ],
  [rule("mnist_vs_anchor", true, 0, 6, { n_lost: 0 }), "测试集上对错完全相同。"],
  [rule("mnist_vs_champion", true, -3, 6, { n_lost: 1 }), "与当前版本相比，测试集上净多对 3 个。"],
  [
    rule("per_digit", false, 9, 7, { digit: 7, n_lost: 10, n_gained: 1 }),
    "数字 7 不如基准版本：新错 10 个，新对 1 个。",
  ],
  [
    rule("per_digit", true, 1, 3, { digit: 6, n_lost: 2, n_gained: 1 }),
    "没有数字明显不如基准版本：数字 6 净多错 1 个，最多允许 3 个。",
  ],
  [rule("per_digit", true, 0, 1, { digit: 0 }), "每个数字都不比基准版本差。"],
  [rule("writers_students", true, 1, 8, { n_lost: 2 }), "学生写的数字净多错 1 个，最多允许 8 个。"],
  [rule("writers_employees", true, -1, 8, { n_lost: 2 }), "职员写的数字净多对 1 个。"],
  [rule("holdout_new", true, 0, 0, { n: 0 }), "还没有新贡献者的考核笔迹。"],
  [
    rule("holdout_known", true, 2, 2, {
      n: 7,
      n_right: 4,
      n_right_before: 6,
      recorded_only: true,
    }),
    "已知贡献者的 7 张考核笔迹识别对了 4 张，此前 6 张（数量太少，只作记录）。",
  ],
  [
    rule("holdout_new", false, 3, 2, { n: 20, n_right: 12, n_right_before: 15 }),
    "新贡献者的 20 张考核笔迹识别对了 12 张，此前 15 张，净多错 3 张，最多允许 2 张。",
  ],
  [rule("calibration", false, 0.0061, 0.005, {}), "置信度平均偏差 0.610%，最多允许 0.500%。"],
  [
    rule("golden", false, 1, 0, { n: 20, wrong: [{ label: 1, predicted: 7 }] }),
    "1 个标准数字识别错误（1 识别为 7）。",
  ],
  [
    rule("golden", true, 0, 0, { n: 19, n_misread_before: 1 }),
    "当前版本能识别的 19 个标准数字全部识别正确。",
  ],
  [
    rule("first_accuracy", false, 0.98999, 0.99, {}),
    "首个模型在测试集上的正确率为 98.99%，至少需要 99.00%。",
  ],
  [
    rule("first_per_digit", true, 0.98, 0.97, { digit: 9 }),
    "最差的数字是 9，正确率 98.00%，至少需要 97.00%。",
  ],
])("a rule in Chinese: %#", (one, sentence) => {
  setLanguage("zh");
  expect(ruleSentence(one)).toBe(sentence);
});

test("verdicts in Chinese", () => {
  setLanguage("zh");
  expect(VERDICTS.map(verdictSentence)).toEqual([
    "未通过：测试集上净多错 9 个，最多允许 6 个",
    "未通过（第二次尝试）：测试集上净多错 9 个，最多允许 4 个；1 个标准数字识别错误（1 识别为 7）",
    "已上线（第二次尝试）：测试集上多对与多错相抵（各 3 个）",
    "已上线：测试集上净多错 2 个，最多允许 8 个；已知贡献者的 8 张考核笔迹识别对了 8 张，此前 3 张",
    "已上线：首个模型在测试集上的正确率为 99.58%",
  ]);
});

test("a rule that this page does not know is shown in the server's words", () => {
  setLanguage("zh");
  const unknown = { ...rule("ink_colour", false, 1, 0, {}), sentence: "The ink is red." };
  expect(ruleSentence(unknown)).toBe("The ink is red.");
  const held = { passed: false, rules: [unknown], sentence: "Held: the ink is red" };
  expect(verdictSentence(held)).toBe("未通过：The ink is red.");
  expect(verdictSentence({ ...held, passed: true })).toBe("Held: the ink is red");
});
