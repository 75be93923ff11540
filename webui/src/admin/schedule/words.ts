/** Words of the schedule that its own view alone needs. */

import { viewWords } from "../../shared/language";

export const schedule_words = viewWords(
  {
    lead_runs: (sentence: string, next: string) =>
      `Runs start ${sentence}; the next is due ${next}`,
    lead_runs_without: (sentence: string) => `Runs start ${sentence}`,
    lead_paused: (sentence: string) => `Paused. Otherwise runs would start ${sentence}`,
    next_five: (zone: string) => `The next five times, in the time of ${zone}`,
    next_none: "No run is planned while it is paused.",
    own_zone: (zone: string) => `this machine's own (${zone})`,
    pause: "Pause",
    resume: "Go on",
    paused: "Paused. No run starts by itself until it goes on.",
    resumed: "It goes on.",
    preview: (sentence: string) => `That is: ${sentence}.`,
    too_few: (n: number, min: number) =>
      n >= min
        ? `${n} new drawings wait: enough for a run.`
        : `${n} new drawings wait; a planned run needs ${min}.`,
  },
  {
    lead_runs: (sentence, next) => `${sentence} 自动训练，下次：${next}`,
    lead_runs_without: (sentence) => `${sentence} 自动训练`,
    lead_paused: (sentence) => `已暂停。原定：${sentence}`,
    next_five: (zone) => `接下来的五次（${zone} 时间）`,
    next_none: "暂停期间没有安排训练。",
    own_zone: (zone) => `本机时区（${zone}）`,
    pause: "暂停",
    resume: "继续",
    paused: "已暂停。恢复之前不会自动训练。",
    resumed: "已恢复。",
    preview: (sentence) => `也就是：${sentence}。`,
    too_few: (n, min) =>
      n >= min
        ? `有 ${n} 张新笔迹在等，够训练一次。`
        : `有 ${n} 张新笔迹在等，满 ${min} 张才按时训练。`,
  },
);
