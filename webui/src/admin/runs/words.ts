/** Words of the runs: their list, one run, and the notification of its end. */

import { viewWords } from "../../shared/language";

const ENDS_EN: Readonly<Record<string, string>> = {
  promoted: "a version goes live",
  held: "a version is held back",
  failed: "a run fails",
  test: "a test",
};

const ENDS_ZH: Readonly<Record<string, string>> = {
  promoted: "新版本上线",
  held: "版本未通过检查",
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
    listNone: "No run yet. The first one starts automatically, or press Retrain now.",
    listOpen: (id: number) => `Run ${id} is in progress`,
    listLast: (id: number, end: string) => `Run ${id} was the last: ${end}`,
    notifyLink: "Notify another service when a run ends",
    when: "Asked for",
    by: "By",
    byName: (by: string) =>
      ({
        schedule: "the schedule",
        first: "automatically, for the first model",
        command: "the command line",
        user: "a user",
      })[by] ?? by,
    nDrawings: (nNew: number, n: number) => `${n} drawings, ${nNew} new`,
    mnistAlone: "MNIST alone",

    // One run
    back: "All runs",
    noSuch: "There is no such run.",
    leadQueued: (id: number) => `Run ${id} waits for the trainer`,
    leadRunning: (id: number, left: string) =>
      left === "" ? `Run ${id} is in progress` : `Run ${id} is in progress, ${left}`,
    leadPromoted: (id: number, version: number | null) =>
      version === null
        ? `Run ${id} succeeded`
        : `Run ${id} made version ${version}, and it went live`,
    leadHeld: (id: number, version: number | null) =>
      version === null
        ? `Run ${id} was held back`
        : `Run ${id} made version ${version}, which was held back`,
    leadFailed: (id: number) => `Run ${id} failed`,
    leadCancelled: (id: number) => `Run ${id} was cancelled`,
    leftWhole: (seconds: number) => `about ${spanEn(seconds)} left`,
    leftPhase: (seconds: number) => `about ${spanEn(seconds)} of training left`,
    leftUnknown: "How long it will take is not known yet.",
    waitingLong:
      "The trainer has not started it yet. If it stays like this, check that the trainer is running: inkloop doctor.",
    silent: (seconds: number) =>
      `No heartbeat from the trainer for ${seconds} s. Another trainer continues the run as soon as it may; nothing is lost.`,
    steps: "Progress",
    stepDone: "done",
    stepNow: "now",
    stepAhead: "to come",
    stepStopped: "stopped here",
    stepSeconds: (seconds: number) =>
      seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`,
    percentOfStep: (percent: number) => `${percent} %`,
    resumed: "It was interrupted and continued from where it was.",
    from: "Starts from",
    fromVersion: (version: number) => `version ${version}`,
    fromNothing: "nothing: the first model",
    attempts: "Attempts",
    curves: "Training curves",
    noCurve: "No data yet.",
    loss: "Loss: how far the answers on the training images are from the right ones",
    lossFinding: (first: string, last: string) => `From ${first} to ${last}; lower is better`,
    accuracy: "Accuracy on the training images, before any exam",
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
    logNone: "No log: this run is older than the log.",

    // The drawings it learned from
    drawings: "Drawings it learned from",
    drawingsLead: (nNew: number, nOlder: number) =>
      `${nOf(nNew, "new drawing", "new drawings")} and ${nOlder} older, mixed with MNIST`,
    drawingsNone: "It learned from MNIST alone.",
    drawingsNoneFit: "It learned from no drawing of this kind.",
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
    hookNobody: "No notification is sent when a run ends",
    hookNotifies: (host: string, ends: string) => `${host} is notified when ${ends}`,
    hookHint:
      "The trainer posts a short JSON document to this address without delaying runs. It follows no redirects and tries three times.",
    hookUrl: "Address",
    hookUrlHint:
      "Such as https://example.org/hooks/inkloop. It may contain a secret: the log shows only the host.",
    hookPublic: "Only public addresses are called.",
    hookPrivate: "Private addresses are allowed here (INKLOOP_WEBHOOK_PRIVATE=on).",
    hookEvents: "Notify when",
    end: (event: string) => ENDS_EN[event] ?? event,
    hookChoose: "Choose at least one.",
    hookRenew: "Create a new secret",
    hookSecret:
      "The secret, shown this once. Verify requests with it: X-Inkloop-Signature is sha256= and the HMAC of the body.",
    hookSaved: "Saved.",
    hookRemove: "Stop notifications",
    hookRemoved: "Notifications are off.",
    hookTest: "Send a test",
    hookTestAsked: "The trainer sends it within a second or two.",
    hookLast: "Notifications sent",
    hookNever: "Nothing yet.",
    hookWaiting: "waits for the trainer",
    hookAgain: "It will be tried again.",
    hookNotification: "Notification",
    adminsOnly: "Only an admin may see and change notifications.",
  },
  {
    listNone: "还没有训练。首次训练会自动开始，也可以点击“立即训练”。",
    listOpen: (id) => `第 ${id} 次训练正在进行`,
    listLast: (id, end) => `最近一次是第 ${id} 次训练：${end}`,
    notifyLink: "训练结束时通知其他服务",
    when: "提交时间",
    by: "提交者",
    byName: (by) =>
      ({ schedule: "训练计划", first: "自动（首个模型）", command: "命令行", user: "用户" })[by] ??
      by,
    nDrawings: (nNew, n) => `${n} 张笔迹，其中 ${nNew} 张是新的`,
    mnistAlone: "仅 MNIST",
    took: "用时",
    noVerdict: "没有检查结论。",
    seconds: (n) => (n < 90 ? `${n} 秒` : `${Math.round(n / 60)} 分钟`),

    back: "全部训练",
    noSuch: "没有这次训练。",
    leadQueued: (id) => `第 ${id} 次训练正在等待训练进程`,
    leadRunning: (id, left) =>
      left === "" ? `第 ${id} 次训练正在进行` : `第 ${id} 次训练正在进行，${left}`,
    leadPromoted: (id, version) =>
      version === null ? `第 ${id} 次训练成功` : `第 ${id} 次训练生成了版本 ${version}，已上线`,
    leadHeld: (id, version) =>
      version === null
        ? `第 ${id} 次训练未通过检查`
        : `第 ${id} 次训练生成了版本 ${version}，未通过检查`,
    leadFailed: (id) => `第 ${id} 次训练失败`,
    leadCancelled: (id) => `第 ${id} 次训练已取消`,
    leftWhole: (seconds) => `预计还需 ${spanZh(seconds)}`,
    leftPhase: (seconds) => `学习阶段预计还需 ${spanZh(seconds)}`,
    leftUnknown: "剩余时间未知。",
    waitingLong: "训练进程还没有开始处理。如果一直如此，请用 inkloop doctor 检查它是否在运行。",
    silent: (seconds) =>
      `训练进程已有 ${seconds} 秒没有响应。另一个进程会在允许时接着训练，不会丢失任何内容。`,
    steps: "进度",
    stepDone: "完成",
    stepNow: "进行中",
    stepAhead: "未开始",
    stepStopped: "在此停止",
    stepSeconds: (seconds) =>
      seconds < 10 ? `${seconds.toFixed(1)} 秒` : `${Math.round(seconds)} 秒`,
    percentOfStep: (percent) => `${percent}%`,
    resumed: "曾中断，之后从中断处继续。",
    from: "起点",
    fromVersion: (version) => `版本 ${version}`,
    fromNothing: "无：首个模型",
    attempts: "尝试次数",
    curves: "学习过程",
    noCurve: "还没有数据。",
    loss: "损失：与训练数据正确答案的差距",
    lossFinding: (first, last) => `从 ${first} 到 ${last}，越小越好`,
    accuracy: "准确率：当前训练数据，尚未考核",
    accuracyFinding: (first, last) => `正确率：从 ${first}% 到 ${last}%`,
    stepAxis: "步",
    verdictHeld: "未通过检查的原因",
    verdictPassed: "通过检查的依据",
    rule: "规则",
    measured: "实测",
    bound: "允许",
    atLeast: (figure) => `至少 ${figure}`,
    atMost: (figure) => `最多 ${figure}`,
    whatNow: "处理方法",
    happened: "发生了什么",
    checkThese: (n) => `查看待核对的 ${n} 张笔迹`,
    compare: (a, b) => `从版本 ${a} 到版本 ${b}，哪些变好、哪些变差`,
    openVersion: (version) => `打开版本 ${version}`,
    log: "日志",
    logNone: "没有日志：这次训练早于日志功能。",

    drawings: "使用的笔迹",
    drawingsLead: (nNew, nOlder) => `新笔迹 ${nNew} 张、旧笔迹 ${nOlder} 张，与 MNIST 混合`,
    drawingsNone: "只使用了 MNIST。",
    drawingsNoneFit: "没有这一类的笔迹。",
    nDeleted: (n) => `有 ${n} 张之后被删除，无法显示。`,
    kinds: "范围",
    kindAll: "全部",
    kindNew: "新的",
    kindOlder: "旧的",
    labels: "训练时的标签",
    tile: (label, isNew) => `训练时标签 ${label}，${isNew ? "新的" : "旧的"}`,
    nowLabelled: (label) => `，现标签 ${label}`,
    wall: "这次训练使用的笔迹",
    more: "正在加载更多……",
    moreFailed: "其余的加载失败。",

    hookNobody: "训练结束时不发送通知",
    hookNotifies: (host, ends) => `${ends}时，通知 ${host}`,
    hookHint: "训练进程会向这个地址发送一小段 JSON，不影响训练。不跟随重定向，最多尝试三次。",
    hookUrl: "地址",
    hookUrlHint: "例如 https://example.org/hooks/inkloop。地址可以含有密钥，日志中只显示主机名。",
    hookPublic: "只允许访问公网地址。",
    hookPrivate: "允许内网地址（INKLOOP_WEBHOOK_PRIVATE=on）。",
    hookEvents: "何时通知",
    end: (event) => ENDS_ZH[event] ?? event,
    hookChoose: "请至少选择一项。",
    hookRenew: "更换密钥",
    hookSecret:
      "密钥只显示这一次。请用它校验收到的内容：X-Inkloop-Signature 为 sha256= 加上正文的 HMAC。",
    hookSaved: "已保存。",
    hookRemove: "停止通知",
    hookRemoved: "已停止通知。",
    hookTest: "发送测试",
    hookTestAsked: "训练进程会在一两秒内发送。",
    hookLast: "通知记录",
    hookNever: "还没有。",
    hookWaiting: "等待训练进程",
    hookAgain: "会再次尝试。",
    hookNotification: "通知",
    adminsOnly: "只有管理员可以查看和修改通知。",
  },
);
