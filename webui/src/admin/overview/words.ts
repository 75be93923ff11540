/** Words of the overview. */

import { viewWords } from "../../shared/language";
import type { Ago } from "../../shared/when";

type Facts = Readonly<Record<string, string | number>>;

function of(facts: Facts, name: string): number {
  return Number(facts[name] ?? 0);
}

function nOf(n: number, one: string, many: string): string {
  return `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
}

function minutes(seconds: number, one: string, many: string): string {
  return nOf(Math.max(1, Math.round(seconds / 60)), one, many);
}

export const overviewWords = viewWords(
  {
    clauseGap: "; ",
    liveSince: (version: number, ago: Ago) =>
      ago.kind === "just_now"
        ? `Version ${version} has just gone live`
        : `Version ${version} went live ${ago.words}`,
    leadWait: (n: number) =>
      n === 0 ? "no new drawing waits" : nOf(n, "new drawing waits", "new drawings wait"),
    noneCollected: "Nothing yet. Draw the first digit on the draw page.",
    statusName: (status: string) =>
      ({
        accepted: "accepted",
        quarantined: "being checked",
        rejected: "rejected",
        deleted: "deleted",
      })[status] ?? status,
    latest: "Latest drawings",
    latestNone: "No drawing has arrived yet.",
    drawing: (label: number, fate: string) => `${label}, ${fate}`,
    stepOf: (step: number, nSteps: number) => `step ${step} of ${nSteps}`,
    loss: "Loss",
    lossExplained: "how far off it still is; less is better",
    accuracy: "Accuracy",
    accuracyExplained: "share of the digits at hand read right, distorted as they are",
    requestedBy: (by: string) =>
      ({
        schedule: "by schedule",
        first: "first model",
        command: "by command",
        user: "by hand",
      })[by] ?? by,
    curve: "Accuracy during the run",
    lastRun: "Last run",
    thisRun: "The run now",

    noChampion: "No version is live yet",
    needs: "What needs a person",
    nNeeds: (n: number) =>
      n === 0 ? "nothing needs you" : n === 1 ? "one thing needs you" : `${n} things need you`,
    nothing: "Nothing needs you.",
    nothingMore:
      "Runs, checks and promotions go on by themselves. What needs a person shows up here.",
    urgent: "Urgent",
    needed: "To do",

    /** By the kind of need that the server names. */
    need: {
      model: () => "The newest version cannot be loaded. The one before it goes on answering.",
      worker: () => "A worker of the server is in trouble. The others go on answering.",
      shared_file: () =>
        "What the workers share cannot be read: limits and last-seen times stand still.",
      trainer_silent: (facts: Facts) =>
        `The trainer has not been heard of for ${minutes(of(facts, "seconds"), "minute", "minutes")}, so nothing is learned. Look at its lines in the log, or start it: inkloop trainer`,
      trainer_missing: () => "A run waits, but no trainer is at work. Start it: inkloop trainer",
      sqlite: (facts: Facts) =>
        `SQLite ${facts["sqlite"] ?? ""} can lose what several processes write. Install pysqlite3.`,
      disk: (facts: Facts) =>
        `The disk is nearly full: ${of(facts, "free_mb").toLocaleString("en")} MB are free. Make room.`,
      no_model: () => "There is no model yet, and no run is making one. Start a run.",
      run_failed: (facts: Facts) =>
        of(facts, "n") > 1
          ? `Run ${facts["run_id"] ?? ""} failed; ${of(facts, "n")} have since the last promotion.`
          : `Run ${facts["run_id"] ?? ""} failed. What was live stays live.`,
      run_held: (facts: Facts) =>
        of(facts, "n") > 1
          ? `${of(facts, "n")} runs since the last promotion were held back, the newest is run ${facts["run_id"] ?? ""}.`
          : `Run ${facts["run_id"] ?? ""} was held back: its version did not go live.`,
      quarantined: (facts: Facts) =>
        of(facts, "n") === 1
          ? "One drawing is being checked: its label looks wrong to the model, and nothing learns from it until somebody looks."
          : `${of(facts, "n").toLocaleString("en")} drawings are being checked: their labels look wrong to the model, and nothing learns from them until somebody looks.`,
      anchor: (facts: Facts) =>
        `Version ${facts["version"] ?? ""} is clearly better than the anchor, version ${facts["anchor"] ?? ""}: it wins ${facts["n_gained"] ?? ""} test digits and loses ${facts["n_lost"] ?? ""}. Should later versions be measured against it?`,
      import_ready: (facts: Facts) => {
        const drawings = nOf(of(facts, "n_drawings"), "drawing", "drawings");
        return of(facts, "n") === 1
          ? `An import of ${drawings} is checked and waits for your word.`
          : `${of(facts, "n")} imports of ${drawings} in all are checked and wait for your word.`;
      },
      webhook: (facts: Facts) =>
        `Nobody could be told that run ${facts["run_id"] ?? ""} ended: the webhook did not take it.`,
      schedule_off: (facts: Facts) =>
        `${nOf(of(facts, "n"), "new drawing waits", "new drawings wait")}, enough for a run, but the schedule is paused.`,
    },
    doModels: "See the versions",
    doRuns: "See the runs",
    doRun: "See what to do",
    doWhy: "See why",
    doReview: "Review",
    doAnchor: "Look at it",
    doData: "Decide",
    doWebhook: "See what it said",
    doSchedule: "Change the schedule",

    live: "What is live",
    liveNone: "No version is live yet. The first run makes one.",
    since: "Since",
    why: "Why",
    by: "By",
    byWhom: (by: string) =>
      ({
        gate: "the gate, by its rules",
        command: "somebody at the command line",
        user: "a person",
      })[by] ?? by,
    way: (kind: string) =>
      ({ gate: "passed the gate", promote: "promoted by hand", rollback: "went back to it" })[
        kind
      ] ?? kind,
    testDigits: "of the test digits",
    lastRunNone: "No run has ended yet.",
    lastVerdict: "The last verdict",
    wholeRun: "The whole run",

    waiting: "What waits",
    nextRun: "Next run",
    nextNone: "none planned",
    toReview: "To review",
    moreThan: (n: number) => `${n.toLocaleString("en")}+`,
    nChecked: (n: number) =>
      n === 0 ? "none of them doubtful" : `${n.toLocaleString("en")} of them doubtful`,
    newDrawings: "New drawings",
    newOf: (n: number, min: number) =>
      n >= min ? `enough for a planned run (${min})` : `a planned run needs ${min}`,

    reads: "How well it reads",
    on: (dataset: string) =>
      ({
        mnist_test: "Test digits read right: MNIST's fixed 10,000",
        holdout_known: "Exam of known hands read right: drawings no version learns from",
        holdout_new: "Exam of new hands read right: people no version ever learned from",
      })[dataset] ?? dataset,
    onFinding: (version: number, share: string, n: number, low: string, high: string) =>
      `Version ${version} reads ${share} of ${n.toLocaleString("en")}; likely between ${low} and ${high}`,
    noneMeasured: "Scores appear with the first version.",
    legendLive: "live, with its 95 % interval",
    legendPromotion: "promoted by the gate",
    legendHand: "made live by hand",
    legendHeld: "never live",
    legendAnchor: (version: number) => `the anchor, version ${version}`,
    legendWeek: "seven days together, with the 95 % interval",
    version: "Version",
    made: "Made",
    shareRight: "Read right",
    interval: "95 % interval",
    ofN: "Of",
    everLive: "Ever live",
    yes: "yes",
    no: "no",
    tipVersion: (version: number) => `Version ${version}`,

    collected: "What was collected",
    drawings: (n: number): string => (n === 1 ? "drawing" : "drawings"),
    contributors: (n: number): string => (n === 1 ? "contributor" : "contributors"),
    newContributors: (n: number) =>
      n === 0 ? "none new in 7 days" : `${n.toLocaleString("en")} new in 7 days`,
    disagreed: "read as another digit",
    disagreedOf: (n: number) => `of ${n.toLocaleString("en")} that the model read`,
    thisWeek: (n: number) => `${n.toLocaleString("en")} in 7 days`,
    perDay: "Drawings per day (UTC)",
    perDayFinding: (n: number, nDays: number, most: string, day: string) =>
      n === 0
        ? `None in ${nDays} days`
        : `${nOf(n, "drawing", "drawings")} in ${nDays} days, most of them on ${day}: ${most}`,
    alike: "read as labelled",
    otherwise: "read as another digit",
    unread: "not read",
    day: "Day (UTC)",
    perWeek: "Share that the model read as another digit, over 7 days",
    perWeekBetter: (now: string, before: string) =>
      `${now} in the last 7 days, after ${before} in the 7 before: the model agrees more often`,
    perWeekWorse: (now: string, before: string) =>
      `${now} in the last 7 days, after ${before} in the 7 before`,
    perWeekOnly: (now: string) => `${now} in the last 7 days`,
    perWeekNone: "Nothing was read in the last 7 days",
    share: "Share",
    perDigit: "Drawings per digit",
    perDigitMost: (most: number, least: number) => `Most often a ${most}, most rarely a ${least}`,
    perDigitEven: "All digits equally often",
    byDigit: "Share that the model read as another digit, by digit",
    byDigitFinding: (most: number, share: string) => `It stumbles most over ${most}: ${share}`,
    byDigitNone: "It has read every drawing as its label says",
    digit: "Digit",
    ofThem: "see them",
    statuses: "By status",
  },
  {
    clauseGap: "；",
    liveSince: (version, ago) =>
      ago.kind === "just_now" ? `第 ${version} 版刚刚上线` : `第 ${version} 版于${ago.words}上线`,
    leadWait: (n) => (n === 0 ? "没有新的笔迹在等" : `${n} 张新笔迹在等`),
    noneCollected: "还没有。到画板页写下第一个数字吧。",
    statusName: (status) =>
      ({ accepted: "已采用", quarantined: "核对中", rejected: "未采用", deleted: "已删除" })[
        status
      ] ?? status,
    latest: "最新笔迹",
    latestNone: "还没有笔迹。",
    drawing: (label, fate) => `${label}，${fate}`,
    stepOf: (step, nSteps) => `第 ${step} 步，共 ${nSteps} 步`,
    loss: "损失",
    lossExplained: "还差多少，越小越好",
    accuracy: "准确率",
    accuracyExplained: "正在学的数字（已随机变形）中认对的比例",
    requestedBy: (by) =>
      ({ schedule: "按日程", first: "第一版", command: "命令行", user: "手动" })[by] ?? by,
    curve: "训练中的准确率",
    lastRun: "上一次训练",
    thisRun: "这一次训练",

    noChampion: "还没有线上版本",
    needs: "需要人处理的事",
    nNeeds: (n) => (n === 0 ? "没有事情等你处理" : `有 ${n} 件事等你处理`),
    nothing: "没有需要你处理的事。",
    nothingMore: "训练、检验和上线都会自动进行；需要人来定的事会出现在这里。",
    urgent: "紧急",
    needed: "待办",

    need: {
      model: () => "最新版本无法载入，仍由前一个版本作答。",
      worker: () => "有一个服务进程出了问题，其余的照常作答。",
      shared_file: () => "各进程共用的文件读不出来：限流和最近活动时间暂停更新。",
      trainer_silent: (facts) =>
        `训练进程已有 ${minutes(of(facts, "seconds"), "分钟", "分钟")}没有消息，学习已停。请查看它的日志，或启动：inkloop trainer`,
      trainer_missing: () => "有一次训练在排队，但没有训练进程。请启动：inkloop trainer",
      sqlite: (facts) =>
        `SQLite ${facts["sqlite"] ?? ""} 在多进程写入时可能丢数据，请安装 pysqlite3。`,
      disk: (facts) =>
        `磁盘快满了，只剩 ${of(facts, "free_mb").toLocaleString("zh-CN")} MB，请腾出空间。`,
      no_model: () => "还没有模型，也没有正在进行的训练。请开始一次训练。",
      run_failed: (facts) =>
        of(facts, "n") > 1
          ? `第 ${facts["run_id"] ?? ""} 次训练失败；自上次上线以来已失败 ${of(facts, "n")} 次。`
          : `第 ${facts["run_id"] ?? ""} 次训练失败，线上版本不受影响。`,
      run_held: (facts) =>
        of(facts, "n") > 1
          ? `自上次上线以来有 ${of(facts, "n")} 次训练未能上线，最近一次是第 ${facts["run_id"] ?? ""} 次。`
          : `第 ${facts["run_id"] ?? ""} 次训练的版本未能上线。`,
      quarantined: (facts) =>
        `${of(facts, "n").toLocaleString("zh-CN")} 张笔迹待核对：模型认为标签可疑，有人看过之前不会用来训练。`,
      anchor: (facts) =>
        `版本 ${facts["version"] ?? ""} 明显好于基准版本 ${facts["anchor"] ?? ""}：测试数字多对 ${facts["n_gained"] ?? ""} 个，多错 ${facts["n_lost"] ?? ""} 个。以后要以它为基准吗？`,
      import_ready: (facts) =>
        `${of(facts, "n")} 份导入已检查完毕，共 ${of(facts, "n_drawings").toLocaleString("zh-CN")} 张，等你确认。`,
      webhook: (facts) => `第 ${facts["run_id"] ?? ""} 次训练的结果没能送达：对方没有接收通知。`,
      schedule_off: (facts) =>
        `有 ${of(facts, "n").toLocaleString("zh-CN")} 张新笔迹在等，够训练一次，但定时训练已暂停。`,
    },
    doModels: "查看版本",
    doRuns: "查看训练",
    doRun: "看看怎么办",
    doWhy: "看看原因",
    doReview: "去核对",
    doAnchor: "去看看",
    doData: "去确认",
    doWebhook: "查看回应",
    doSchedule: "调整日程",

    live: "线上版本",
    liveNone: "还没有线上版本，第一次训练之后就有。",
    since: "上线时间",
    why: "原因",
    by: "由谁",
    byWhom: (by) => ({ gate: "检验规则", command: "命令行", user: "管理员" })[by] ?? by,
    way: (kind) => ({ gate: "通过检验", promote: "手动上线", rollback: "退回" })[kind] ?? kind,
    testDigits: "测试数字正确率",
    lastRunNone: "还没有完成的训练。",
    lastVerdict: "上次结论",
    wholeRun: "查看整次训练",

    waiting: "排队情况",
    nextRun: "下次训练",
    nextNone: "没有安排",
    toReview: "待核对",
    moreThan: (n) => `${n.toLocaleString("zh-CN")} 以上`,
    nChecked: (n) => (n === 0 ? "没有可疑的" : `其中 ${n.toLocaleString("zh-CN")} 张可疑`),
    newDrawings: "新笔迹",
    newOf: (n, min) => (n >= min ? `够训练一次（${min} 张）` : `满 ${min} 张才按时训练`),

    reads: "识别水平",
    on: (dataset) =>
      ({
        mnist_test: "测试数字正确率：MNIST 固定的 10,000 张",
        holdout_known: "熟悉笔迹考题正确率：任何版本都不学这些笔迹",
        holdout_new: "陌生笔迹考题正确率：任何版本都没学过这些人",
      })[dataset] ?? dataset,
    onFinding: (version, share, n, low, high) =>
      `版本 ${version} 在 ${n.toLocaleString("zh-CN")} 张中认对 ${share}，真实水平多半在 ${low} 到 ${high} 之间`,
    noneMeasured: "有了第一个版本，这里就会有成绩。",
    legendLive: "线上版本及其 95% 区间",
    legendPromotion: "检验后上线",
    legendHand: "手动上线或退回",
    legendHeld: "未上线",
    legendAnchor: (version) => `基准：版本 ${version}`,
    legendWeek: "7 天合计及其 95% 区间",
    version: "版本",
    made: "生成日期",
    shareRight: "正确率",
    interval: "95% 区间",
    ofN: "总数",
    everLive: "曾上线",
    yes: "是",
    no: "否",
    tipVersion: (version) => `版本 ${version}`,

    collected: "收集情况",
    drawings: () => "张笔迹",
    contributors: () => "位作者",
    newContributors: (n) => (n === 0 ? "7 天内没有新作者" : `7 天内新增 ${n} 位`),
    disagreed: "被模型认成别的数字",
    disagreedOf: (n) => `模型读过 ${n.toLocaleString("zh-CN")} 张`,
    thisWeek: (n) => `近 7 天 ${n.toLocaleString("zh-CN")} 张`,
    perDay: "每天的张数（UTC）",
    perDayFinding: (n, nDays, most, day) =>
      n === 0
        ? `${nDays} 天内没有笔迹`
        : `${nDays} 天内共 ${n.toLocaleString("zh-CN")} 张，最多的是${day}：${most} 张`,
    alike: "与标签一致",
    otherwise: "认成别的数字",
    unread: "没有读过",
    day: "日期（UTC）",
    perWeek: "模型认成别的数字的比例（7 天合计）",
    perWeekBetter: (now, before) => `近 7 天 ${now}，之前 7 天 ${before}：模型与人更一致了`,
    perWeekWorse: (now, before) => `近 7 天 ${now}，之前 7 天 ${before}`,
    perWeekOnly: (now) => `近 7 天 ${now}`,
    perWeekNone: "近 7 天没有读过笔迹",
    share: "比例",
    perDigit: "各数字的张数",
    perDigitMost: (most, least) => `写得最多的是 ${most}，最少的是 ${least}`,
    perDigitEven: "各个数字一样多",
    byDigit: "各数字被认成别的数字的比例",
    byDigitFinding: (most, share) => `最容易认错的是 ${most}：${share}`,
    byDigitNone: "读过的笔迹全部与标签一致",
    digit: "数字",
    ofThem: "查看",
    statuses: "按状态",
  },
);
