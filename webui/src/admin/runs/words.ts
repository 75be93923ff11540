/** Words of the runs: their list, one run, and who is told of its end. */

import { viewWords } from "../../shared/language";

const ENDS_EN: Readonly<Record<string, string>> = {
  promoted: "a version goes live",
  held: "a version is held back",
  failed: "a run fails",
  test: "a test",
};

const ENDS_ZH: Readonly<Record<string, string>> = {
  promoted: "有新版本上线",
  held: "有版本未通过",
  failed: "训练失败",
  test: "测试",
};

function nOf(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** Rounded so that it promises no more than is known. */
function spanEn(seconds: number): string {
  if (seconds < 60) return `${Math.max(5, Math.ceil(seconds / 5) * 5)} s`;
  return `${Math.ceil(seconds / 60)} min`;
}

function spanZh(seconds: number): string {
  if (seconds < 60) return `${Math.max(5, Math.ceil(seconds / 5) * 5)} 秒`;
  return `${Math.ceil(seconds / 60)} 分钟`;
}

export const runsWords = viewWords(
  {
    took: "Took",
    noVerdict: "No verdict.",
    seconds: (n: number) => (n < 90 ? `${n} s` : `${Math.round(n / 60)} min`),

    // The list
    listNone: "No run yet. The first one starts by itself, or press Retrain now.",
    listOpen: (id: number) => `Run ${id} is under way`,
    listLast: (id: number, end: string) => `Run ${id} was the last: ${end}`,
    notifyLink: "Tell another service when a run ends",
    when: "Asked for",
    by: "By",
    byName: (by: string) =>
      ({
        schedule: "the schedule",
        first: "itself, for the first model",
        command: "the command line",
        user: "somebody",
      })[by] ?? by,
    nDrawings: (nNew: number, n: number) => `${n} drawings, ${nNew} new`,
    mnistAlone: "MNIST alone",

    // One run
    back: "All runs",
    noSuch: "There is no such run.",
    leadQueued: (id: number) => `Run ${id} waits for the trainer`,
    leadRunning: (id: number, left: string) =>
      left === "" ? `Run ${id} is under way` : `Run ${id} is under way, ${left}`,
    leadPromoted: (id: number, version: number | null) =>
      version === null
        ? `Run ${id} went well`
        : `Run ${id} made version ${version}, and it went live`,
    leadHeld: (id: number, version: number | null) =>
      version === null
        ? `Run ${id} was held back`
        : `Run ${id} made version ${version}, which was held back`,
    leadFailed: (id: number) => `Run ${id} failed`,
    leadCancelled: (id: number) => `Run ${id} was cancelled`,
    leftWhole: (seconds: number) => `about ${spanEn(seconds)} left`,
    leftPhase: (seconds: number) => `about ${spanEn(seconds)} of learning left`,
    leftUnknown: "How long it will take is not known yet.",
    waitingLong:
      "The trainer has not taken it up yet. If that stays so, see whether it runs: inkloop doctor.",
    silent: (seconds: number) =>
      `No sign of life from the trainer for ${seconds} s. Another one goes on with it as soon as it may; nothing is lost.`,
    steps: "How far it is",
    stepDone: "done",
    stepNow: "now",
    stepAhead: "to come",
    stepStopped: "stopped here",
    stepSeconds: (seconds: number) =>
      seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`,
    percentOfStep: (percent: number) => `${percent} %`,
    resumed: "It was broken off and went on where it was.",
    from: "Starts from",
    fromVersion: (version: number) => `version ${version}`,
    fromNothing: "nothing: the first model",
    attempts: "Attempts",
    curves: "How it learned",
    noCurve: "There is nothing to draw yet.",
    loss: "Loss: how far off it is on what it is learning from",
    lossFinding: (first: string, last: string) => `From ${first} to ${last}; less is better`,
    accuracy: "Accuracy on the digits at hand, before any exam",
    accuracyFinding: (first: string, last: string) => `Read right: from ${first} % to ${last} %`,
    stepAxis: "Step",
    verdictHeld: "Why it was held back",
    verdictPassed: "Why it may go live",
    rule: "Rule",
    measured: "Measured",
    bound: "Allowed",
    atLeast: (figure: string) => `at least ${figure}`,
    atMost: (figure: string) => `at most ${figure}`,
    whatNow: "What to do",
    happened: "What happened",
    checkThese: (n: number) => `Look at the ${nOf(n, "drawing", "drawings")} being checked`,
    compare: (a: number, b: number) => `What got better and worse from version ${a} to ${b}`,
    openVersion: (version: number) => `Open version ${version}`,
    log: "Log",
    logNone: "Nothing was written down: this run is from before there was a log.",

    // The drawings it learned from
    drawings: "What it learned from",
    drawingsLead: (nNew: number, nOlder: number) =>
      `${nOf(nNew, "new drawing", "new drawings")} and ${nOlder} older, mixed with MNIST`,
    drawingsNone: "It learned from MNIST alone.",
    drawingsNoneFit: "None of its drawings is of this kind.",
    nDeleted: (n: number) => `${nOf(n, "was", "were")} deleted since and cannot be shown.`,
    kinds: "Which",
    kindAll: "All",
    kindNew: "New",
    kindOlder: "Older",
    labels: "Learned as",
    tile: (label: number, isNew: boolean) => `learned as ${label}, ${isNew ? "new" : "older"}`,
    nowLabelled: (label: number) => `, now labelled ${label}`,
    wall: "The drawings it learned from",
    more: "More are being loaded …",
    moreFailed: "The rest could not be loaded.",

    // The webhook
    hookNobody: "Nobody is told when a run ends",
    hookTold: (host: string, ends: string) => `${host} is told when ${ends}`,
    hookHint:
      "Inkloop posts a short JSON document to this address, from the trainer and beside the runs. It never follows a redirect, and tries three times.",
    hookUrl: "Address",
    hookUrlHint:
      "Such as https://example.org/hooks/inkloop. It may hold a secret: the log shows only its host.",
    hookPublic: "Only addresses of the public network are called.",
    hookPrivate: "Private addresses are allowed here (INKLOOP_WEBHOOK_PRIVATE=on).",
    hookEvents: "Tell it when",
    end: (event: string) => ENDS_EN[event] ?? event,
    hookChoose: "Choose at least one.",
    hookRenew: "Make a new secret",
    hookSecret:
      "The secret, shown this once. Check with it what comes in: X-Inkloop-Signature is sha256= and the HMAC of the body.",
    hookSaved: "Saved.",
    hookRemove: "Tell nobody any more",
    hookRemoved: "Nobody is told any more.",
    hookTest: "Send a test",
    hookTestAsked: "The trainer sends it within a second or two.",
    hookLast: "What it was told",
    hookNever: "Nothing yet.",
    hookWaiting: "waits for the trainer",
    hookAgain: "It is tried again.",
    hookToldRun: "Told",
    adminsOnly: "Only an admin may see and change who is told.",
  },
  {
    took: "用时",
    noVerdict: "没有评判。",
    seconds: (n) => (n < 90 ? `${n} 秒` : `${Math.round(n / 60)} 分钟`),

    listNone: "还没有训练过。第一次会自动开始，也可以按“立即训练”。",
    listOpen: (id) => `第 ${id} 次训练正在进行`,
    listLast: (id, end) => `最近是第 ${id} 次训练：${end}`,
    notifyLink: "训练结束时通知别的服务",
    when: "提出时间",
    by: "由谁提出",
    byName: (by) =>
      ({ schedule: "日程", first: "自动（第一个模型）", command: "命令行", user: "手动" })[by] ??
      by,
    nDrawings: (nNew, n) => `${n} 张笔迹，其中新的 ${nNew} 张`,
    mnistAlone: "只有 MNIST",

    back: "全部训练",
    noSuch: "没有这次训练。",
    leadQueued: (id) => `第 ${id} 次训练在等训练程序`,
    leadRunning: (id, left) =>
      left === "" ? `第 ${id} 次训练正在进行` : `第 ${id} 次训练正在进行，${left}`,
    leadPromoted: (id, version) =>
      version === null ? `第 ${id} 次训练成功` : `第 ${id} 次训练产生了第 ${version} 版，已上线`,
    leadHeld: (id, version) =>
      version === null
        ? `第 ${id} 次训练未通过`
        : `第 ${id} 次训练产生了第 ${version} 版，未通过评判`,
    leadFailed: (id) => `第 ${id} 次训练失败`,
    leadCancelled: (id) => `第 ${id} 次训练已取消`,
    leftWhole: (seconds) => `大约还要 ${spanZh(seconds)}`,
    leftPhase: (seconds) => `学习大约还要 ${spanZh(seconds)}`,
    leftUnknown: "还不知道要多久。",
    waitingLong: "训练程序还没有接手。如果一直这样，请用 inkloop doctor 看看它是否在运行。",
    silent: (seconds) =>
      `训练程序已有 ${seconds} 秒没有动静。一旦允许，另一个会接着做，什么也不会丢。`,
    steps: "进度",
    stepDone: "完成",
    stepNow: "进行中",
    stepAhead: "未到",
    stepStopped: "停在这里",
    stepSeconds: (seconds) =>
      seconds < 10 ? `${seconds.toFixed(1)} 秒` : `${Math.round(seconds)} 秒`,
    percentOfStep: (percent) => `${percent}%`,
    resumed: "中途断过，从断的地方接着做了。",
    from: "起点",
    fromVersion: (version) => `第 ${version} 版`,
    fromNothing: "从零开始：第一个模型",
    attempts: "尝试次数",
    curves: "学习过程",
    noCurve: "还没有可画的。",
    loss: "损失：对正在学的内容还差多少",
    lossFinding: (first, last) => `从 ${first} 到 ${last}，越小越好`,
    accuracy: "准确率：正在学的数字，还没到考试",
    accuracyFinding: (first, last) => `认对：从 ${first}% 到 ${last}%`,
    stepAxis: "步",
    verdictHeld: "为什么没有通过",
    verdictPassed: "为什么可以上线",
    rule: "规则",
    measured: "实测",
    bound: "允许",
    atLeast: (figure) => `至少 ${figure}`,
    atMost: (figure) => `最多 ${figure}`,
    whatNow: "接下来",
    happened: "发生了什么",
    checkThese: (n) => `看看正在核对的 ${n} 张笔迹`,
    compare: (a, b) => `从第 ${a} 版到第 ${b} 版，哪些变好、哪些变差`,
    openVersion: (version) => `打开第 ${version} 版`,
    log: "过程",
    logNone: "没有记录：这次训练时还没有这项功能。",

    drawings: "学了哪些笔迹",
    drawingsLead: (nNew, nOlder) => `新笔迹 ${nNew} 张、旧笔迹 ${nOlder} 张，与 MNIST 混合`,
    drawingsNone: "只学了 MNIST。",
    drawingsNoneFit: "没有这一类的笔迹。",
    nDeleted: (n) => `有 ${n} 张后来被删除，不再显示。`,
    kinds: "哪些",
    kindAll: "全部",
    kindNew: "新的",
    kindOlder: "旧的",
    labels: "当作",
    tile: (label, isNew) => `当作 ${label}，${isNew ? "新的" : "旧的"}`,
    nowLabelled: (label) => `，现在标为 ${label}`,
    wall: "这次训练学的笔迹",
    more: "正在载入更多……",
    moreFailed: "其余的没能载入。",

    hookNobody: "训练结束时不通知任何人",
    hookTold: (host, ends) => `${ends}时，通知 ${host}`,
    hookHint: "由训练程序向这个地址发送一小段 JSON，不耽误训练。从不跟随跳转，最多试三次。",
    hookUrl: "地址",
    hookUrlHint: "例如 https://example.org/hooks/inkloop。地址里可以含有密钥，记录里只留主机名。",
    hookPublic: "只会访问公网地址。",
    hookPrivate: "这里允许内网地址（INKLOOP_WEBHOOK_PRIVATE=on）。",
    hookEvents: "什么时候通知",
    end: (event) => ENDS_ZH[event] ?? event,
    hookChoose: "请至少选一项。",
    hookRenew: "换一个新密钥",
    hookSecret:
      "密钥只显示这一次。请用它核对收到的内容：X-Inkloop-Signature 是 sha256= 加上正文的 HMAC。",
    hookSaved: "已保存。",
    hookRemove: "不再通知",
    hookRemoved: "不再通知任何人。",
    hookTest: "发送测试",
    hookTestAsked: "训练程序会在一两秒内发出。",
    hookLast: "通知记录",
    hookNever: "还没有。",
    hookWaiting: "等待训练程序",
    hookAgain: "还会再试。",
    hookToldRun: "通知",
    adminsOnly: "只有管理员可以查看和修改。",
  },
);
