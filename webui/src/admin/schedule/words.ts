/** Words of the schedule that its own view alone needs. */

import { viewWords } from "../../shared/language";

export const schedule_words = viewWords(
  {
    cron: "Times (cron)",
    cron_hint: "Minute, hour, day, month, weekday. 0 3 * * * is every night at 03:00.",
    timezone: "Time zone",
    timezone_hint: "Such as Europe/Berlin. Empty: the zone of this machine.",
    min_new: "New drawings needed",
    min_new_hint: "With fewer, a planned run does not start.",
    saved: "Saved. It holds from now on.",
    last_run_was: "Last time",
    never: "never",
    tick_outcome: (outcome: string) =>
      ({
        run: "a run was started",
        too_few: "too few new drawings, nothing was done",
        busy: "a run was under way already",
      })[outcome] ?? outcome,
    read_only: "Only an admin may change it.",

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
    cron: "时间（cron）",
    cron_hint: "分 时 日 月 星期。0 3 * * * 表示每天凌晨 3 点。",
    timezone: "时区",
    timezone_hint: "例如 Asia/Shanghai。留空则用本机时区。",
    min_new: "至少多少张新笔迹",
    min_new_hint: "不够这么多，到时间也不训练。",
    saved: "已保存，立即生效。",
    last_run_was: "上一次",
    never: "从未",
    tick_outcome: (outcome) =>
      ({
        run: "已开始训练",
        too_few: "新笔迹不够，没有训练",
        busy: "当时正在训练",
      })[outcome] ?? outcome,
    read_only: "只有管理员可以修改。",

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
