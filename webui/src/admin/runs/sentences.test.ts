import { beforeEach, expect, test } from "vitest";
import { setLanguage } from "../../shared/language";
import examples from "../../shared/sentences.json";
import { adviceText, lineSentence, outcomeSentence, phaseName } from "./sentences";
import { PHASES } from "./progress";

interface Example {
  name: string;
  facts: Record<string, unknown>;
  sentence: string;
}

const LINES: readonly Example[] = examples.run_lines;
const ADVICE: readonly Example[] = examples.advice;
const OUTCOMES: readonly Example[] = examples.outcomes;

beforeEach(() => {
  setLanguage("en");
});

function advised({ name, facts, sentence }: Example): string {
  return adviceText([{ name, facts }], sentence, "");
}

function became({ name, facts, sentence }: Example): string | null {
  return outcomeSentence({ outcome: name, facts, sentence });
}

test.each([
  [LINES, lineSentence],
  [ADVICE, advised],
  [OUTCOMES, became],
])("in English every line, advice and outcome reads as the server's: %#", (all, said) => {
  const unknown = all.map((one) => ({ ...one, sentence: "" }));
  expect(unknown.map(said)).toEqual(all.map(({ sentence }) => sentence));
});

test.each([
  [LINES, lineSentence],
  [ADVICE, advised],
  [OUTCOMES, became],
])("in Chinese every line, advice and outcome has a sentence of its own: %#", (all, said) => {
  setLanguage("zh");
  const sentences = all.map(said);
  for (const sentence of sentences) {
    expect(sentence).toMatch(/\p{Script=Han}/u);
    expect(sentence).not.toMatch(/undefined|NaN|null|\{|\}/);
  }
  expect(new Set(sentences).size).toBe(sentences.length);
});

test.each([
  ["asked", { by: "schedule" }, "由训练计划提交"],
  ["asked", { by: "first" }, "自动提交：还没有模型"],
  ["asked", { by: "somebody" }, "已提交"],
  ["began", {}, "训练进程开始处理"],
  ["resumed", { attempt: 1 }, "继续训练"],
  ["resumed", { attempt: 2 }, "训练进程曾中断，现在继续（第 2 次尝试）"],
  ["stopped", {}, "训练进程已停止，下次启动后继续"],
  ["phase", { phase: "evaluate" }, "考核"],
  ["put_aside", { n: 12 }, "12 张笔迹待审核，这次不使用"],
  ["gathered", { n_new: 0, n_older: 0 }, "只用 MNIST 训练"],
  ["gathered", { n_new: 25, n_older: 3 }, "用 25 张新笔迹和 3 张旧笔迹训练"],
  ["checkpoint", { step: 50 }, "从第 50 步的检查点继续"],
  ["learned", { n_steps: 9, accuracy: 0.99999 }, "学习了 9 步，正确率 99.99%"],
  ["learned", { n_steps: 9, accuracy: null }, "学习了 9 步"],
  ["judged", { passed: true, look: 1 }, "候选版本通过检查"],
  ["judged", { passed: false, look: 2 }, "第二个更谨慎的候选版本未通过检查"],
  ["packed", { n_bytes: 1_234_567 }, "已导出：1.2 MB，识别结果不变"],
  ["cancel_asked", {}, "已要求取消"],
  ["ended", { status: "promoted", version: 3 }, "通过：版本 3 上线"],
  ["ended", { status: "held", version: 3 }, "未通过：版本 3 不上线"],
  ["ended", { status: "failed", version: null }, "失败"],
  ["ended", { status: "cancelled", version: null }, "已取消，当前版本不受影响"],
])("the line %s %o in Chinese", (name, facts, sentence) => {
  setLanguage("zh");
  expect(lineSentence({ name, facts, sentence: "" })).toBe(sentence);
});

test("a line of a later version is shown in the server's words", () => {
  setLanguage("zh");
  expect(lineSentence({ name: "danced", facts: {}, sentence: "Danced" })).toBe("Danced");
});

test("every phase of a run has a name in both languages", () => {
  for (const phase of PHASES) expect(phaseName(phase)).toMatch(/^[A-Z]/);
  setLanguage("zh");
  for (const phase of PHASES) expect(phaseName(phase)).toMatch(/^\p{Script=Han}+$/u);
});

test("advice is joined as the language joins sentences", () => {
  const advice = [
    { name: "drawings_stay", facts: { n: 12 } },
    { name: "review_drawings", facts: { n: 3 } },
  ];
  expect(adviceText(advice, "", " ")).toBe(
    "The live version stays in service, and all 12 drawings stay in the mix of later runs. 3 drawings are being checked and left out until then: review them, so that the next run learns from those whose labels are right.",
  );
  setLanguage("zh");
  expect(adviceText(advice, "", "")).toBe(
    "当前版本继续服务，这 12 张笔迹仍会用于以后的训练。有 3 张笔迹待核对，核对之前不用于训练。请审核，标签正确的会用于下次训练。",
  );
});

test("advice that this page does not know is shown in the server's words", () => {
  setLanguage("zh");
  const advice = [{ name: "rest", facts: {} }];
  expect(adviceText(advice, "Take a rest.", "")).toBe("Take a rest.");
});

test.each([
  ["delivered", { status: 204 }, "已送达，接收方返回 204。"],
  ["refused", { status: 503 }, "接收方返回 503，而不是 200 到 299。请查看接收方的日志。"],
  ["timed_out", { seconds: 10 }, "接收方在 10 秒内没有响应。"],
  ["unreachable", { address: "192.0.2.7" }, "192.0.2.7 没有响应，接收方在运行吗？"],
])("the outcome %s in Chinese", (outcome, facts, sentence) => {
  setLanguage("zh");
  expect(outcomeSentence({ outcome, facts, sentence: "" })).toBe(sentence);
});

test("a delivery that was not tried yet has no outcome", () => {
  expect(outcomeSentence({ outcome: null, facts: {}, sentence: null })).toBeNull();
});
