/** What went wrong in a run. */

import { viewWords } from "../../shared/language";
import type { Run } from "../../shared/shapes";

const KINDS_ZH: Readonly<Record<string, string>> = {
  broken_off: "这次训练多次中断，可能是内存不足",
  no_drawings: "还没有可用的笔迹",
  disk: "磁盘出错或已满",
  memory: "内存不足",
  model_file: "有模型文件损坏或缺失",
  data: "MNIST 数据有误",
  unexpected: "发生了意外错误",
};

/** Failures whose English message has details that the kind alone does not say. */
const DETAILED: ReadonlySet<string> = new Set(["disk", "model_file", "data", "unexpected"]);

type Failed = Pick<Run, "failure"> & { message: string };

function failureZh({ failure, message }: Failed): string {
  if (failure === null) return "已按要求取消";
  const kind = failure in KINDS_ZH ? failure : "unexpected";
  const what = KINDS_ZH[kind] ?? "";
  return DETAILED.has(kind) ? `${what}（${message}）` : what;
}

const failureWords = viewWords(
  { failure: ({ message }: Failed) => message },
  { failure: failureZh },
);

/** The server keeps an English message with details; Chinese names its kind and quotes it. */
export function runMessage({ failure, message }: Pick<Run, "failure" | "message">): string | null {
  return message === null ? null : failureWords.value.failure({ failure, message });
}
