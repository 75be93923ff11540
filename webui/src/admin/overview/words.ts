/** Words of the overview. */

import type { Ago } from "../../shared/formats";
import { viewWords } from "../../shared/language";

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
    lossExplained: "how far the answers are from the right ones; lower is better",
    accuracy: "Accuracy",
    accuracyExplained: "share of the training images, distorted at random, that are read right",
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
    needs: "Needs a person",
    nNeeds: (n: number) =>
      n === 0 ? "nothing needs you" : n === 1 ? "one thing needs you" : `${n} things need you`,
    nothing: "Nothing needs you.",
    nothingMore: "Runs, checks and promotions are automatic. Tasks for a person appear here.",
    urgent: "Urgent",
    needed: "To do",

    /** By the kind of need that the server names. */
    need: {
      model: () => "The newest version cannot be loaded. The version before it keeps serving.",
      worker: () => "A worker of the server has a problem. The others keep serving.",
      shared_file: () =>
        "The state that workers share cannot be read: rate limits and last-seen times are not updated.",
      trainer_silent: (facts: Facts) =>
        `The trainer has sent no heartbeat for ${minutes(of(facts, "seconds"), "minute", "minutes")}, so no run makes progress. See its log, or start it: inkloop trainer`,
      trainer_missing: () =>
        "A run is queued, but no trainer is running. Start it: inkloop trainer",
      sqlite: (facts: Facts) =>
        `SQLite ${facts["sqlite"] ?? ""} can lose what several processes write. Install pysqlite3.`,
      disk: (facts: Facts) =>
        `The disk is nearly full: ${of(facts, "free_mb").toLocaleString("en")} MB are free. Free some space.`,
      no_model: () => "There is no model yet, and no run is training one. Start a run.",
      run_failed: (facts: Facts) =>
        of(facts, "n") > 1
          ? `Run ${facts["run_id"] ?? ""} failed; ${of(facts, "n")} have since the last promotion.`
          : `Run ${facts["run_id"] ?? ""} failed. The live version is unchanged.`,
      run_held: (facts: Facts) =>
        of(facts, "n") > 1
          ? `${of(facts, "n")} runs since the last promotion were held back, the newest is run ${facts["run_id"] ?? ""}.`
          : `Run ${facts["run_id"] ?? ""} was held back: its version did not go live.`,
      quarantined: (facts: Facts) =>
        of(facts, "n") === 1
          ? "One drawing is being checked: its label looks wrong to the model, and no version learns from it until it is reviewed."
          : `${of(facts, "n").toLocaleString("en")} drawings are being checked: their labels look wrong to the model, and no version learns from them until they are reviewed.`,
      anchor: (facts: Facts) =>
        `Version ${facts["version"] ?? ""} is clearly better than the anchor, version ${facts["anchor"] ?? ""}: it wins ${facts["n_gained"] ?? ""} test digits and loses ${facts["n_lost"] ?? ""}. Should later versions be measured against it?`,
      import_ready: (facts: Facts) => {
        const drawings = nOf(of(facts, "n_drawings"), "drawing", "drawings");
        return of(facts, "n") === 1
          ? `An import of ${drawings} is checked and waits for your decision.`
          : `${of(facts, "n")} imports of ${drawings} in all are checked and wait for your decision.`;
      },
      webhook: (facts: Facts) =>
        `The notification that run ${facts["run_id"] ?? ""} ended was not delivered: the webhook did not accept it.`,
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
    doWebhook: "See the response",
    doSchedule: "Change the schedule",

    live: "The live version",
    liveNone: "No version is live yet. The first run makes one.",
    since: "Since",
    why: "Why",
    by: "By",
    byWhom: (by: string) =>
      ({
        gate: "the gate, by its rules",
        command: "the command line",
        user: "a person",
      })[by] ?? by,
    way: (kind: string) =>
      ({ gate: "passed the gate", promote: "promoted by hand", rollback: "rolled back to" })[
        kind
      ] ?? kind,
    testDigits: "of the test digits",
    lastRunNone: "No run has ended yet.",
    lastVerdict: "The last verdict",
    wholeRun: "The whole run",

    waiting: "Waiting",
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
        holdout_known: "Exam read right, known contributors: drawings that no version learns from",
        holdout_new:
          "Exam read right, new contributors: people whose drawings no version learned from",
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

    collected: "Collected drawings",
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
    byDigitFinding: (most: number, share: string) => `Most often misread: ${most}, ${share}`,
    byDigitNone: "It read every drawing as labelled",
    digit: "Digit",
    ofThem: "see them",
    statuses: "By status",
  },
  {
    clauseGap: "；",
    liveSince: (version, ago) =>
      ago.kind === "just_now" ? `版本 ${version} 刚刚上线` : `版本 ${version} 于${ago.words}上线`,
    leadWait: (n) => (n === 0 ? "没有新笔迹等待训练" : `${n} 张新笔迹等待训练`),
    noneCollected: "还没有笔迹。请在书写页写下第一个数字。",
    statusName: (status) =>
      ({ accepted: "已采用", quarantined: "待核对", rejected: "未采用", deleted: "已删除" })[
        status
      ] ?? status,
    latest: "最新笔迹",
    latestNone: "还没有收到笔迹。",
    drawing: (label, fate) => `${label}，${fate}`,
    stepOf: (step, nSteps) => `第 ${step} 步，共 ${nSteps} 步`,
    loss: "损失",
    lossExplained: "与正确答案的差距，越小越好",
    accuracy: "准确率",
    accuracyExplained: "当前训练数据（经随机变形）上的识别正确率",
    requestedBy: (by) =>
      ({ schedule: "按计划", first: "首个模型", command: "命令行", user: "手动" })[by] ?? by,
    curve: "训练中的准确率",
    lastRun: "上次训练",
    thisRun: "当前训练",

    noChampion: "还没有上线版本",
    needs: "待处理事项",
    nNeeds: (n) => (n === 0 ? "没有待处理事项" : `有 ${n} 项待处理事项`),
    nothing: "没有需要你处理的事项。",
    nothingMore: "训练、检查和上线会自动进行；需要人工处理的事项会显示在这里。",
    urgent: "紧急",
    needed: "待办",

    need: {
      model: () => "最新版本无法加载，仍由上一个版本提供服务。",
      worker: () => "有一个服务进程出现问题，其他进程正常服务。",
      shared_file: () => "各进程共享的状态无法读取：限流和最近活动时间暂停更新。",
      trainer_silent: (facts) =>
        `训练进程已有 ${minutes(of(facts, "seconds"), "分钟", "分钟")}没有响应，训练已停止。请查看其日志，或启动：inkloop trainer`,
      trainer_missing: () => "有训练在排队，但没有训练进程在运行。请启动：inkloop trainer",
      sqlite: (facts) =>
        `SQLite ${facts["sqlite"] ?? ""} 在多进程写入时可能丢失数据，请安装 pysqlite3。`,
      disk: (facts) =>
        `磁盘空间不足：仅剩 ${of(facts, "free_mb").toLocaleString("zh-CN")} MB，请释放空间。`,
      no_model: () => "还没有模型，也没有正在进行的训练。请开始一次训练。",
      run_failed: (facts) =>
        of(facts, "n") > 1
          ? `第 ${facts["run_id"] ?? ""} 次训练失败；自上次上线以来已失败 ${of(facts, "n")} 次。`
          : `第 ${facts["run_id"] ?? ""} 次训练失败，上线版本不受影响。`,
      run_held: (facts) =>
        of(facts, "n") > 1
          ? `自上次上线以来有 ${of(facts, "n")} 次训练未通过检查，最近一次是第 ${facts["run_id"] ?? ""} 次。`
          : `第 ${facts["run_id"] ?? ""} 次训练未通过检查，其版本没有上线。`,
      quarantined: (facts) =>
        `${of(facts, "n").toLocaleString("zh-CN")} 张笔迹待核对：模型认为标签可疑，核对之前不会用于训练。`,
      anchor: (facts) =>
        `版本 ${facts["version"] ?? ""} 明显优于基准版本 ${facts["anchor"] ?? ""}：测试数字多对 ${facts["n_gained"] ?? ""} 个，多错 ${facts["n_lost"] ?? ""} 个。是否将它设为新的基准？`,
      import_ready: (facts) =>
        `${of(facts, "n")} 个导入文件已检查完毕，共 ${of(facts, "n_drawings").toLocaleString("zh-CN")} 张，等待你决定。`,
      webhook: (facts) => `第 ${facts["run_id"] ?? ""} 次训练的结束通知发送失败：Webhook 未接收。`,
      schedule_off: (facts) =>
        `有 ${of(facts, "n").toLocaleString("zh-CN")} 张新笔迹等待训练，数量已够，但训练计划已暂停。`,
    },
    doModels: "查看版本",
    doRuns: "查看训练",
    doRun: "查看处理方法",
    doWhy: "查看原因",
    doReview: "去审核",
    doAnchor: "查看",
    doData: "去处理",
    doWebhook: "查看响应",
    doSchedule: "调整计划",

    live: "上线版本",
    liveNone: "还没有上线版本，首次训练后就会有。",
    since: "上线时间",
    why: "原因",
    by: "操作者",
    byWhom: (by) => ({ gate: "自动检查", command: "命令行", user: "用户" })[by] ?? by,
    way: (kind) => ({ gate: "通过检查", promote: "手动上线", rollback: "回退" })[kind] ?? kind,
    testDigits: "测试数字正确率",
    lastRunNone: "还没有完成的训练。",
    lastVerdict: "最近一次检查结论",
    wholeRun: "查看这次训练",

    waiting: "等待处理",
    nextRun: "下次训练",
    nextNone: "没有计划",
    toReview: "待审核",
    moreThan: (n) => `${n.toLocaleString("zh-CN")}+`,
    nChecked: (n) => (n === 0 ? "没有可疑的" : `其中 ${n.toLocaleString("zh-CN")} 张可疑`),
    newDrawings: "新笔迹",
    newOf: (n, min) => (n >= min ? `已够一次训练（${min} 张）` : `满 ${min} 张才会按计划训练`),

    reads: "识别水平",
    on: (dataset) =>
      ({
        mnist_test: "测试数字正确率：MNIST 固定的 10,000 张",
        holdout_known: "考核正确率（已知贡献者）：任何版本都不用这些笔迹训练",
        holdout_new: "考核正确率（新贡献者）：任何版本都没有用过这些人的笔迹",
      })[dataset] ?? dataset,
    onFinding: (version, share, n, low, high) =>
      `版本 ${version} 在 ${n.toLocaleString("zh-CN")} 张中的正确率为 ${share}，真实值很可能在 ${low} 到 ${high} 之间`,
    noneMeasured: "有了首个版本后，这里会显示成绩。",
    legendLive: "上线版本及其 95% 区间",
    legendPromotion: "通过检查上线",
    legendHand: "手动上线",
    legendHeld: "未曾上线",
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
    contributors: () => "位贡献者",
    newContributors: (n) =>
      n === 0 ? "近 7 天没有新增" : `近 7 天新增 ${n.toLocaleString("zh-CN")} 位`,
    disagreed: "识别与标签不一致",
    disagreedOf: (n) => `共识别 ${n.toLocaleString("zh-CN")} 张`,
    thisWeek: (n) => `近 7 天 ${n.toLocaleString("zh-CN")} 张`,
    perDay: "每天的张数（UTC）",
    perDayFinding: (n, nDays, most, day) =>
      n === 0
        ? `${nDays} 天内没有笔迹`
        : `${nDays} 天内共 ${n.toLocaleString("zh-CN")} 张，${day}最多：${most} 张`,
    alike: "与标签一致",
    otherwise: "与标签不一致",
    unread: "未识别",
    day: "日期（UTC）",
    perWeek: "识别与标签不一致的比例（7 天合计）",
    perWeekBetter: (now, before) => `近 7 天 ${now}，之前 7 天 ${before}：一致率提高了`,
    perWeekWorse: (now, before) => `近 7 天 ${now}，之前 7 天 ${before}`,
    perWeekOnly: (now) => `近 7 天 ${now}`,
    perWeekNone: "近 7 天没有识别过笔迹",
    share: "比例",
    perDigit: "各数字的张数",
    perDigitMost: (most, least) => `最多的是 ${most}，最少的是 ${least}`,
    perDigitEven: "各数字数量相同",
    byDigit: "各数字识别与标签不一致的比例",
    byDigitFinding: (most, share) => `最容易识别错的是 ${most}：${share}`,
    byDigitNone: "识别过的笔迹全部与标签一致",
    digit: "数字",
    ofThem: "查看",
    statuses: "按状态",
  },
);
