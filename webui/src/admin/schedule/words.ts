/** Words of the schedule. */

import { viewWords } from "../../shared/language";

export const scheduleWords = viewWords(
  {
    cron: "Times (cron)",
    cronHint: "Minute, hour, day, month, weekday. 0 3 * * * is every night at 03:00.",
    timezone: "Time zone",
    timezoneHint: "Such as Europe/Berlin. Empty: the zone of this machine.",
    minNew: "New drawings needed",
    minNewHint: "With fewer, a planned run does not start.",
    saved: "Saved. It applies from now on.",
    lastRunWas: "Last time",
    never: "never",
    tickOutcome: (outcome: string) =>
      ({
        run: "a run was started",
        too_few: "too few new drawings, nothing was done",
        busy: "a run was in progress",
      })[outcome] ?? outcome,
    readOnly: "Only an admin may change it.",

    leadRuns: (sentence: string, next: string) => `Runs start ${sentence}; the next is due ${next}`,
    leadRunsWithout: (sentence: string) => `Runs start ${sentence}`,
    leadPaused: (sentence: string) => `Paused. The rule is: runs start ${sentence}`,
    nextFive: (zone: string) => `The next five times, in the time of ${zone}`,
    nextNone: "No run is planned while the schedule is paused.",
    ownZone: (zone: string) => `this machine's own (${zone})`,
    pause: "Pause",
    resume: "Resume",
    paused: "Paused. No run starts automatically until it is resumed.",
    resumed: "Resumed.",
    preview: (sentence: string) => `That is: ${sentence}.`,
    tooFew: (n: number, min: number) =>
      n >= min
        ? `${n} new drawings wait: enough for a run.`
        : `${n} new drawings wait; a planned run needs ${min}.`,
  },
  {
    cron: "时间（cron）",
    cronHint: "分 时 日 月 星期。0 3 * * * 表示每天 03:00。",
    timezone: "时区",
    timezoneHint: "例如 Asia/Shanghai。留空则使用本机时区。",
    minNew: "所需新笔迹数",
    minNewHint: "数量不足时，计划的训练不会开始。",
    saved: "已保存，立即生效。",
    lastRunWas: "上一次",
    never: "从未",
    tickOutcome: (outcome) =>
      ({
        run: "已开始训练",
        too_few: "新笔迹不足，没有训练",
        busy: "当时正在训练",
      })[outcome] ?? outcome,
    readOnly: "只有管理员可以修改。",

    leadRuns: (sentence, next) => `${sentence} 自动训练，下次：${next}`,
    leadRunsWithout: (sentence) => `${sentence} 自动训练`,
    leadPaused: (sentence) => `已暂停。原计划：${sentence}`,
    nextFive: (zone) => `接下来五次（${zone} 时间）`,
    nextNone: "暂停期间没有训练计划。",
    ownZone: (zone) => `本机时区（${zone}）`,
    pause: "暂停",
    resume: "恢复",
    paused: "已暂停。恢复之前不会自动训练。",
    resumed: "已恢复自动训练。",
    preview: (sentence) => `也就是：${sentence}。`,
    tooFew: (n, min) =>
      n >= min
        ? `有 ${n} 张新笔迹等待训练，数量已够。`
        : `有 ${n} 张新笔迹等待训练，满 ${min} 张才会按计划训练。`,
  },
);
