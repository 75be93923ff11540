/** Verdicts and their rules as sentences. */

import { viewWords } from "../../shared/language";
import type { Rule, Verdict } from "../../shared/shapes";
import { cutPercent, type Facts, numberIn } from "./facts";

type Say = (rule: Rule) => string;

interface Speech {
  /** What each rule found, as a part of a sentence. */
  clauses: Readonly<Record<string, Say>>;
  /** How many exam drawings are read right. */
  examFigures: Say;
  sentence: (clause: string) => string;
  verdict: (passed: boolean, look: number, clauses: readonly string[]) => string;
}

const EXAM_RULES = ["holdout_known", "holdout_new"];
const N_EXAMPLES = 3;

function valueOf(rule: Rule): number {
  return Number(rule.value);
}

function boundOf(rule: Rule): number {
  return Number(rule.bound);
}

/** The first golden digits that were misread. */
function wrongOf({ facts }: Rule): { label: number; predicted: number }[] {
  const wrong = Array.isArray(facts["wrong"]) ? (facts["wrong"] as Facts[]) : [];
  return wrong.slice(0, N_EXAMPLES).map((one) => ({
    label: numberIn(one, "label"),
    predicted: numberIn(one, "predicted"),
  }));
}

function countEn(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

function percentEn(share: number, decimals = 2): string {
  return `${cutPercent(share, decimals)} %`;
}

function changeEn(rule: Rule, noun: string): string {
  const value = valueOf(rule);
  const nLost = numberIn(rule.facts, "n_lost");
  if (value > 0) return `loses ${countEn(value, noun)} net`;
  if (value < 0) return `gains ${countEn(-value, noun)} net`;
  if (nLost > 0) return `loses as many ${noun}s as it gains (${nLost})`;
  return `reads the same ${noun}s right`;
}

function netEn(rule: Rule, noun: string): string {
  const change = changeEn(rule, noun);
  const bound = boundOf(rule);
  if (bound < 0) return `${change}, but with so many changes it must gain ${-bound}`;
  return valueOf(rule) <= 0 && rule.passed ? change : `${change}, ${bound} allowed`;
}

function perDigitEn(rule: Rule): string {
  const { facts, passed } = rule;
  const digit = numberIn(facts, "digit");
  if (!passed) {
    const [nLost, nGained] = [numberIn(facts, "n_lost"), numberIn(facts, "n_gained")];
    return `reads the ${digit} worse than the anchor: ${nLost} lost, ${nGained} gained`;
  }
  if (valueOf(rule) <= 0) return "no digit is read worse than by the anchor";
  return `no digit is read clearly worse than by the anchor: the ${digit} loses ${valueOf(rule)} net, ${boundOf(rule)} allowed`;
}

function whoseEn({ name }: Rule): string {
  return name === "holdout_known" ? "known contributors" : "new contributors";
}

function examFiguresEn(rule: Rule): string {
  const { facts } = rule;
  const drawings = countEn(numberIn(facts, "n"), "exam drawing");
  return `reads ${numberIn(facts, "n_right")} of ${drawings} of ${whoseEn(rule)}, ${numberIn(facts, "n_right_before")} before`;
}

function examEn(rule: Rule): string {
  const { facts, passed } = rule;
  if (numberIn(facts, "n") === 0) return `there are no exam drawings of ${whoseEn(rule)} yet`;
  const figures = examFiguresEn(rule);
  if (facts["recorded_only"] === true) return `${figures} (too few to judge by, only recorded)`;
  if (passed) return figures;
  return `${figures}: a net loss of ${valueOf(rule)}, ${boundOf(rule)} allowed`;
}

function goldenEn(rule: Rule): string {
  const { facts, passed } = rule;
  if (passed) {
    const which = numberIn(facts, "n_misread_before") > 0 ? " that the live version reads" : "";
    return `reads all ${numberIn(facts, "n")} golden digits${which}`;
  }
  const wrong = wrongOf(rule).map(({ label, predicted }) => `a ${label} as ${predicted}`);
  return `misreads ${countEn(valueOf(rule), "golden digit")} (${wrong.join(", ")})`;
}

function firstAccuracyEn(rule: Rule): string {
  const figures = `the first model reads ${percentEn(valueOf(rule))} of the test digits`;
  return rule.passed ? figures : `${figures}, ${percentEn(boundOf(rule))} needed`;
}

const EN: Speech = {
  clauses: {
    first_accuracy: firstAccuracyEn,
    first_per_digit: (rule) =>
      `its worst digit is the ${numberIn(rule.facts, "digit")}, read right in ${percentEn(valueOf(rule))}, ${percentEn(boundOf(rule))} needed`,
    mnist_vs_anchor: (rule) => netEn(rule, "test digit"),
    mnist_vs_champion: (rule) => `against the live version it ${netEn(rule, "test digit")}`,
    per_digit: perDigitEn,
    writers_students: (rule) => `on digits written by students it ${netEn(rule, "digit")}`,
    writers_employees: (rule) => `on digits written by employees it ${netEn(rule, "digit")}`,
    holdout_known: examEn,
    holdout_new: examEn,
    calibration: (rule) =>
      `its certainty is off by ${percentEn(valueOf(rule), 3)} on average, ${percentEn(boundOf(rule), 3)} allowed`,
    golden: goldenEn,
  },
  examFigures: examFiguresEn,
  sentence: (clause) => `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`,
  verdict: (passed, look, clauses) =>
    `${passed ? "Promoted" : "Held"}${look > 1 ? " on the second try" : ""}: ${clauses.join("; ")}`,
};

function percentZh(share: number, decimals = 2): string {
  return `${cutPercent(share, decimals)}%`;
}

function changeZh(rule: Rule): string {
  const value = valueOf(rule);
  const nLost = numberIn(rule.facts, "n_lost");
  if (value > 0) return `净多错 ${value} 个`;
  if (value < 0) return `净多对 ${-value} 个`;
  return nLost > 0 ? `多对与多错相抵（各 ${nLost} 个）` : "对错完全相同";
}

function netZh(rule: Rule): string {
  const change = changeZh(rule);
  const bound = boundOf(rule);
  if (bound < 0) return `${change}，但变动太多，至少要净多对 ${-bound} 个`;
  return valueOf(rule) <= 0 && rule.passed ? change : `${change}，最多允许 ${bound} 个`;
}

function perDigitZh(rule: Rule): string {
  const { facts, passed } = rule;
  const digit = numberIn(facts, "digit");
  if (!passed) {
    const [nLost, nGained] = [numberIn(facts, "n_lost"), numberIn(facts, "n_gained")];
    return `数字 ${digit} 不如基准版本：新错 ${nLost} 个，新对 ${nGained} 个`;
  }
  if (valueOf(rule) <= 0) return "每个数字都不比基准版本差";
  return `没有数字明显不如基准版本：数字 ${digit} 净多错 ${valueOf(rule)} 个，最多允许 ${boundOf(rule)} 个`;
}

function whoseZh({ name }: Rule): string {
  return name === "holdout_known" ? "已知贡献者" : "新贡献者";
}

function examFiguresZh(rule: Rule): string {
  const { facts } = rule;
  return `${whoseZh(rule)}的 ${numberIn(facts, "n")} 张考核笔迹识别对了 ${numberIn(facts, "n_right")} 张，此前 ${numberIn(facts, "n_right_before")} 张`;
}

function examZh(rule: Rule): string {
  const { facts, passed } = rule;
  if (numberIn(facts, "n") === 0) return `还没有${whoseZh(rule)}的考核笔迹`;
  const figures = examFiguresZh(rule);
  if (facts["recorded_only"] === true) return `${figures}（数量太少，只作记录）`;
  if (passed) return figures;
  return `${figures}，净多错 ${valueOf(rule)} 张，最多允许 ${boundOf(rule)} 张`;
}

function goldenZh(rule: Rule): string {
  const { facts, passed } = rule;
  if (passed) {
    const which = numberIn(facts, "n_misread_before") > 0 ? "当前版本能识别的 " : "";
    return `${which}${numberIn(facts, "n")} 个标准数字全部识别正确`;
  }
  const wrong = wrongOf(rule).map(({ label, predicted }) => `${label} 识别为 ${predicted}`);
  return `${valueOf(rule)} 个标准数字识别错误（${wrong.join("、")}）`;
}

function firstAccuracyZh(rule: Rule): string {
  const figures = `首个模型在测试集上的正确率为 ${percentZh(valueOf(rule))}`;
  return rule.passed ? figures : `${figures}，至少需要 ${percentZh(boundOf(rule))}`;
}

const ZH: Speech = {
  clauses: {
    first_accuracy: firstAccuracyZh,
    first_per_digit: (rule) =>
      `最差的数字是 ${numberIn(rule.facts, "digit")}，正确率 ${percentZh(valueOf(rule))}，至少需要 ${percentZh(boundOf(rule))}`,
    mnist_vs_anchor: (rule) => `测试集上${netZh(rule)}`,
    mnist_vs_champion: (rule) => `与当前版本相比，测试集上${netZh(rule)}`,
    per_digit: perDigitZh,
    writers_students: (rule) => `学生写的数字${netZh(rule)}`,
    writers_employees: (rule) => `职员写的数字${netZh(rule)}`,
    holdout_known: examZh,
    holdout_new: examZh,
    calibration: (rule) =>
      `置信度平均偏差 ${percentZh(valueOf(rule), 3)}，最多允许 ${percentZh(boundOf(rule), 3)}`,
    golden: goldenZh,
  },
  examFigures: examFiguresZh,
  sentence: (clause) => `${clause}。`,
  verdict: (passed, look, clauses) =>
    `${passed ? "已上线" : "未通过"}${look > 1 ? "（第二次尝试）" : ""}：${clauses.join("；")}`,
};

const speech = viewWords<Speech>(EN, ZH);

/** The server's own sentence for a rule that this page does not know yet. */
export function ruleSentence(rule: Rule): string {
  const { clauses, sentence } = speech.value;
  const clause = clauses[rule.name]?.(rule);
  return clause === undefined ? rule.sentence : sentence(clause);
}

/** Names every rule that failed; of a promoted version, how the test and exam drawings came out. */
export function verdictSentence({ passed, rules, sentence }: Verdict): string {
  const { clauses, examFigures, verdict } = speech.value;
  const look = Math.max(1, ...rules.map(({ facts }) => numberIn(facts, "look")));
  if (!passed) {
    const failed = rules.filter((rule) => !rule.passed);
    return verdict(
      passed,
      look,
      failed.map((rule) => clauses[rule.name]?.(rule) ?? rule.sentence),
    );
  }
  const named = (name: string) => rules.find((rule) => rule.name === name);
  const main = named("mnist_vs_anchor") ?? named("first_accuracy");
  const clause = main && clauses[main.name]?.(main);
  if (clause === undefined) return sentence;
  const exams = EXAM_RULES.map(named).filter((rule) => rule !== undefined);
  const measured = exams.filter(({ facts }) => numberIn(facts, "n") > 0);
  return verdict(passed, look, [clause, ...measured.map(examFigures)]);
}
