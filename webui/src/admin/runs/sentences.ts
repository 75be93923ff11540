/** Lines of a run's log, advice after its end, and outcomes of deliveries, as sentences. */

import type { Named, RunLineOut } from "../../contract";
import { viewWords } from "../../shared/language";
import { cutPercent, type Facts, numberIn, say, type Sentences, textIn } from "../shared/facts";
import type { Delivery } from "./calls";

type Names = Readonly<Record<string, string>>;

const PHASES_EN: Names = {
  gather: "Collecting drawings",
  train: "Training",
  evaluate: "Evaluating",
  gate: "Judging",
  export: "Exporting",
  publish: "Publishing",
};

const PHASES_ZH: Names = {
  gather: "收集笔迹",
  train: "学习",
  evaluate: "考核",
  gate: "上线检查",
  export: "导出",
  publish: "发布",
};

const REQUESTS_EN: Names = {
  schedule: "Requested by the schedule",
  first: "Queued automatically: there is no model yet",
  command: "Requested on the command line",
  user: "Requested by a user",
};

const REQUESTS_ZH: Names = {
  schedule: "由训练计划提交",
  first: "自动提交：还没有模型",
  command: "由命令行提交",
  user: "由用户提交",
};

function endEn(facts: Facts): string {
  const version = textIn(facts, "version");
  switch (facts["status"]) {
    case "promoted":
      return `Promoted: version ${version} is live`;
    case "held":
      return `Held: version ${version} does not go live`;
    case "cancelled":
      return "Cancelled; the live version is unchanged";
    default:
      return "Failed";
  }
}

function endZh(facts: Facts): string {
  const version = textIn(facts, "version");
  switch (facts["status"]) {
    case "promoted":
      return `通过：版本 ${version} 上线`;
    case "held":
      return `未通过：版本 ${version} 不上线`;
    case "cancelled":
      return "已取消，当前版本不受影响";
    default:
      return "失败";
  }
}

function countEn(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

/** Null where nothing was measured. */
function accuracyIn(facts: Facts): string | null {
  const accuracy = facts["accuracy"];
  return typeof accuracy === "number" ? cutPercent(accuracy, 2) : null;
}

function megabytesIn(facts: Facts): string {
  return (numberIn(facts, "n_bytes") / 1e6).toFixed(1);
}

const LINES_EN: Sentences = {
  asked: (facts) => REQUESTS_EN[textIn(facts, "by")] ?? "Requested",
  began: () => "The trainer starts the run",
  resumed: (facts) => {
    const attempt = numberIn(facts, "attempt");
    return attempt > 1
      ? `The trainer was interrupted; the run resumes, attempt ${attempt}`
      : "The run resumes";
  },
  stopped: () => "The trainer was stopped; the run resumes at the next start",
  phase: (facts) => PHASES_EN[textIn(facts, "phase")] ?? textIn(facts, "phase"),
  put_aside: (facts) => `Left out for review: ${countEn(numberIn(facts, "n"), "drawing")}`,
  gathered: (facts) => {
    const [nNew, nOlder] = [numberIn(facts, "n_new"), numberIn(facts, "n_older")];
    if (nNew + nOlder === 0) return "Trains on MNIST alone";
    return `Trains on ${countEn(nNew, "new drawing")} and ${nOlder} older`;
  },
  checkpoint: (facts) => `Resumes from the checkpoint at step ${numberIn(facts, "step")}`,
  learned: (facts) => {
    const accuracy = accuracyIn(facts);
    const measured = accuracy === null ? "" : `: ${accuracy} % read right`;
    return `Trained for ${numberIn(facts, "n_steps")} steps${measured}`;
  },
  judged: (facts) => {
    const isFirst = numberIn(facts, "look") === 1;
    const which = isFirst ? "The candidate" : "The second, more cautious candidate";
    return `${which} ${facts["passed"] === true ? "passes" : "does not pass"} the gate`;
  },
  packed: (facts) => `Exported: ${megabytesIn(facts)} MB, predictions unchanged`,
  cancel_asked: () => "Cancellation requested",
  ended: endEn,
};

const LINES_ZH: Sentences = {
  asked: (facts) => REQUESTS_ZH[textIn(facts, "by")] ?? "已提交",
  began: () => "训练进程开始处理",
  resumed: (facts) => {
    const attempt = numberIn(facts, "attempt");
    return attempt > 1 ? `训练进程曾中断，现在继续（第 ${attempt} 次尝试）` : "继续训练";
  },
  stopped: () => "训练进程已停止，下次启动后继续",
  phase: (facts) => PHASES_ZH[textIn(facts, "phase")] ?? textIn(facts, "phase"),
  put_aside: (facts) => `${numberIn(facts, "n")} 张笔迹待审核，这次不使用`,
  gathered: (facts) => {
    const [nNew, nOlder] = [numberIn(facts, "n_new"), numberIn(facts, "n_older")];
    return nNew + nOlder === 0 ? "只用 MNIST 训练" : `用 ${nNew} 张新笔迹和 ${nOlder} 张旧笔迹训练`;
  },
  checkpoint: (facts) => `从第 ${numberIn(facts, "step")} 步的检查点继续`,
  learned: (facts) => {
    const accuracy = accuracyIn(facts);
    const measured = accuracy === null ? "" : `，正确率 ${accuracy}%`;
    return `学习了 ${numberIn(facts, "n_steps")} 步${measured}`;
  },
  judged: (facts) => {
    const which = numberIn(facts, "look") === 1 ? "候选版本" : "第二个更谨慎的候选版本";
    return `${which}${facts["passed"] === true ? "通过检查" : "未通过检查"}`;
  },
  packed: (facts) => `已导出：${megabytesIn(facts)} MB，识别结果不变`,
  cancel_asked: () => "已要求取消",
  ended: endZh,
};

const ADVICE_EN: Sentences = {
  drawings_stay: (facts) => {
    const n = numberIn(facts, "n");
    const which = n === 1 ? "its drawing stays" : `all ${n} drawings stay`;
    return `The live version stays in service, and ${which} in the mix of later runs.`;
  },
  review_drawings: (facts) => {
    const n = numberIn(facts, "n");
    return n === 1
      ? "1 drawing is being checked and left out until then: review it, so that the next run can learn from it if its label is right."
      : `${n} drawings are being checked and left out until then: review them, so that the next run learns from those whose labels are right.`;
  },
  check_exam_drawings: () =>
    "Only exam drawings got worse: check the newest ones for wrong labels, or collect more from the same people.",
  next_run_retries: () =>
    "If the labels below look right, there is nothing to do: the next run tries again with the drawings that have arrived by then.",
  first_model_retries: () =>
    "There is nothing to do: the trainer retries by itself with another seed, at most three times.",
  cancelled: () =>
    "The live version is unchanged and the drawings still count as new: request a run at any time.",
  failed_broken_off: () =>
    "Look in the trainer's log for the cause (often too little memory), then request a new run. The drawings still count as new.",
  failed_no_drawings: () => "Draw some digits, then request a new run.",
  failed_disk: () =>
    "Free some disk space, then request a new run. The drawings still count as new.",
  failed_memory: () =>
    "Close other programs or lower INKLOOP_TRAIN_THREADS, then request a new run. The drawings still count as new.",
  failed_model_file: () =>
    "`inkloop models verify` names the broken file: go back to another version or restore a backup, then request a new run.",
  failed_data: () =>
    "Download the MNIST files again with `inkloop data fetch`, then request a new run.",
  failed_unexpected: () =>
    "The live version is unchanged and the drawings still count as new. Request a new run; if it fails again, see the trainer's log.",
};

const ADVICE_ZH: Sentences = {
  drawings_stay: (facts) =>
    `当前版本继续服务，这 ${numberIn(facts, "n")} 张笔迹仍会用于以后的训练。`,
  review_drawings: (facts) =>
    `有 ${numberIn(facts, "n")} 张笔迹待核对，核对之前不用于训练。请审核，标签正确的会用于下次训练。`,
  check_exam_drawings: () =>
    "只有考核笔迹变差：请检查最新的考核笔迹是否标错，或者请同一批人多写一些。",
  next_run_retries: () =>
    "如果下面的标签都正确，就不需要处理：下次训练会加上届时的新笔迹再试一次。",
  first_model_retries: () => "不需要处理：训练进程会更换随机种子自动重试，最多三次。",
  cancelled: () => "当前版本不受影响，笔迹仍算新的，随时可以重新训练。",
  failed_broken_off: () =>
    "请在训练进程的日志里查看原因（常见的是内存不足），再重新训练。笔迹仍算新的。",
  failed_no_drawings: () => "请先写几个数字，再重新训练。",
  failed_disk: () => "请腾出磁盘空间，再重新训练。笔迹仍算新的。",
  failed_memory: () => "请关闭其他程序，或调低 INKLOOP_TRAIN_THREADS，再重新训练。笔迹仍算新的。",
  failed_model_file: () =>
    "inkloop models verify 会指出损坏的文件。请回退到其他版本或恢复备份，再重新训练。",
  failed_data: () => "请运行 inkloop data fetch 重新下载 MNIST，再重新训练。",
  failed_unexpected: () =>
    "当前版本不受影响，笔迹仍算新的。请重新训练；如果再次失败，请查看训练进程的日志。",
};

const OUTCOMES_EN: Sentences = {
  delivered: (facts) => `Delivered: the receiver answered ${textIn(facts, "status")}.`,
  refused: (facts) =>
    `The receiver answered ${textIn(facts, "status")} instead of 200 to 299: look in its log.`,
  redirected: (facts) =>
    `The receiver answered with a redirect (${textIn(facts, "status")}), which is never followed: save the address that it leads to.`,
  timed_out: (facts) => `The receiver did not answer within ${textIn(facts, "seconds")} seconds.`,
  unknown_host: (facts) =>
    `No address is known for ${textIn(facts, "host")}: check it for a typing error.`,
  private: (facts) =>
    `${textIn(facts, "host")} leads to ${textIn(facts, "address")}, which is not a public address, so nothing was sent. The operator of Inkloop can allow it with INKLOOP_WEBHOOK_PRIVATE=on.`,
  unreachable: (facts) =>
    `Nothing answers at ${textIn(facts, "address")}: is the receiver running?`,
  insecure: (facts) =>
    `The receiver's certificate is not valid for ${textIn(facts, "host")}, so nothing was sent.`,
  no_http: () => "The receiver closed the connection, or does not speak HTTP.",
  withdrawn: () => "The address was removed before anything was sent.",
};

const OUTCOMES_ZH: Sentences = {
  delivered: (facts) => `已送达，接收方返回 ${textIn(facts, "status")}。`,
  refused: (facts) =>
    `接收方返回 ${textIn(facts, "status")}，而不是 200 到 299。请查看接收方的日志。`,
  redirected: (facts) =>
    `接收方返回了重定向（${textIn(facts, "status")}）。Inkloop 不跟随重定向，请改填重定向后的地址。`,
  timed_out: (facts) => `接收方在 ${textIn(facts, "seconds")} 秒内没有响应。`,
  unknown_host: (facts) => `查不到 ${textIn(facts, "host")} 的地址，请检查是否写错。`,
  private: (facts) =>
    `${textIn(facts, "host")} 指向 ${textIn(facts, "address")}，不是公网地址，所以没有发送。Inkloop 的运维人员可以用 INKLOOP_WEBHOOK_PRIVATE=on 放行。`,
  unreachable: (facts) => `${textIn(facts, "address")} 没有响应，接收方在运行吗？`,
  insecure: (facts) => `接收方的证书对 ${textIn(facts, "host")} 无效，所以没有发送。`,
  no_http: () => "接收方断开了连接，或者不支持 HTTP。",
  withdrawn: () => "发送之前，地址已被移除。",
};

const runSentences = viewWords<Record<"phases", Names> & Record<Kind, Sentences>>(
  { phases: PHASES_EN, lines: LINES_EN, advice: ADVICE_EN, outcomes: OUTCOMES_EN },
  { phases: PHASES_ZH, lines: LINES_ZH, advice: ADVICE_ZH, outcomes: OUTCOMES_ZH },
);

type Kind = "lines" | "advice" | "outcomes";

export function phaseName(phase: string): string {
  return runSentences.value.phases[phase] ?? phase;
}

export function lineSentence({ name, facts, sentence }: Omit<RunLineOut, "at">): string {
  return say(runSentences.value.lines, name, facts, sentence);
}

/** `sentence` is the server's text for all advice, for names that this page does not know yet. */
export function adviceText(advice: readonly Named[], sentence: string, gap: string): string {
  const { advice: sentences } = runSentences.value;
  const said = advice.map(({ name, facts }) => sentences[name]?.(facts));
  return said.includes(undefined) ? sentence : said.join(gap);
}

/** Null while the delivery waits for its first attempt. */
export function outcomeSentence({
  outcome,
  facts,
  sentence,
}: Pick<Delivery, "outcome" | "facts" | "sentence">): string | null {
  if (outcome === null) return null;
  return say(runSentences.value.outcomes, outcome, facts, sentence ?? outcome);
}
