/** Words of the runs: their list, one run, and who is told of its end. */

import { viewWords } from "../../shared/language";

const STEPS_EN: Readonly<Record<string, string>> = {
  gather: "Preparing",
  train: "Learning",
  evaluate: "Exams",
  gate: "Gate",
  export: "Packing",
  publish: "Publishing",
};

const STEPS_ZH: Readonly<Record<string, string>> = {
  gather: "准备",
  train: "学习",
  evaluate: "考试",
  gate: "评判",
  export: "打包",
  publish: "发布",
};

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

function n_of(n: number, one: string, many: string): string {
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

export const runs_words = viewWords(
  {
    took: "Took",
    no_verdict: "No verdict.",
    seconds: (n: number) => (n < 90 ? `${n} s` : `${Math.round(n / 60)} min`),

    // The list
    list_none: "No run yet. The first one starts by itself, or press Retrain now.",
    list_open: (id: number) => `Run ${id} is under way`,
    list_last: (id: number, end: string) => `Run ${id} was the last: ${end}`,
    notify_link: "Tell another service when a run ends",
    when: "Asked for",
    by: "By",
    by_name: (by: string) =>
      ({
        schedule: "the schedule",
        first: "itself, for the first model",
        command: "the command line",
        user: "somebody",
      })[by] ?? by,
    n_drawings: (n_new: number, n: number) => `${n} drawings, ${n_new} new`,
    mnist_alone: "MNIST alone",

    // One run
    back: "All runs",
    no_such: "There is no such run.",
    lead_queued: (id: number) => `Run ${id} waits for the trainer`,
    lead_running: (id: number, left: string) =>
      left === "" ? `Run ${id} is under way` : `Run ${id} is under way, ${left}`,
    lead_promoted: (id: number, version: number | null) =>
      version === null
        ? `Run ${id} went well`
        : `Run ${id} made version ${version}, and it went live`,
    lead_held: (id: number, version: number | null) =>
      version === null
        ? `Run ${id} was held back`
        : `Run ${id} made version ${version}, which was held back`,
    lead_failed: (id: number) => `Run ${id} failed`,
    lead_cancelled: (id: number) => `Run ${id} was cancelled`,
    left_whole: (seconds: number) => `about ${spanEn(seconds)} left`,
    left_phase: (seconds: number) => `about ${spanEn(seconds)} of learning left`,
    left_unknown: "How long it will take is not known yet.",
    waiting_long:
      "The trainer has not taken it up yet. If that stays so, see whether it runs: inkloop doctor.",
    silent: (seconds: number) =>
      `No sign of life from the trainer for ${seconds} s. Another one goes on with it as soon as it may; nothing is lost.`,
    steps: "How far it is",
    step: (phase: string) => STEPS_EN[phase] ?? phase,
    step_done: "done",
    step_now: "now",
    step_ahead: "to come",
    step_stopped: "stopped here",
    step_seconds: (seconds: number) =>
      seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`,
    percent_of_step: (percent: number) => `${percent} %`,
    resumed: "It was broken off and went on where it was.",
    from: "Starts from",
    from_version: (version: number) => `version ${version}`,
    from_nothing: "nothing: the first model",
    attempts: "Attempts",
    curves: "How it learned",
    no_curve: "There is nothing to draw yet.",
    loss: "Loss: how far off it is on what it is learning from",
    loss_finding: (first: string, last: string) => `From ${first} to ${last}; less is better`,
    accuracy: "Accuracy on the digits at hand, before any exam",
    accuracy_finding: (first: string, last: string) => `Read right: from ${first} % to ${last} %`,
    step_axis: "Step",
    verdict_held: "Why it was held back",
    verdict_passed: "Why it may go live",
    rule: "Rule",
    measured: "Measured",
    bound: "Allowed",
    at_least: (figure: string) => `at least ${figure}`,
    at_most: (figure: string) => `at most ${figure}`,
    what_now: "What to do",
    happened: "What happened",
    check_these: (n: number) => `Look at the ${n_of(n, "drawing", "drawings")} being checked`,
    compare: (a: number, b: number) => `What got better and worse from version ${a} to ${b}`,
    open_version: (version: number) => `Open version ${version}`,
    log: "Log",
    log_none: "Nothing was written down: this run is from before there was a log.",

    // The drawings it learned from
    drawings: "What it learned from",
    drawings_lead: (n_new: number, n_older: number) =>
      `${n_of(n_new, "new drawing", "new drawings")} and ${n_older} older, mixed with MNIST`,
    drawings_none: "It learned from MNIST alone.",
    drawings_none_fit: "None of its drawings is of this kind.",
    n_deleted: (n: number) => `${n_of(n, "was", "were")} deleted since and cannot be shown.`,
    kinds: "Which",
    kind_all: "All",
    kind_new: "New",
    kind_older: "Older",
    labels: "Learned as",
    tile: (label: number, is_new: boolean) => `learned as ${label}, ${is_new ? "new" : "older"}`,
    now_labelled: (label: number) => `, now labelled ${label}`,
    wall: "The drawings it learned from",
    more: "More are being loaded …",
    more_failed: "The rest could not be loaded.",

    // The webhook
    hook_nobody: "Nobody is told when a run ends",
    hook_told: (host: string, ends: string) => `${host} is told when ${ends}`,
    hook_hint:
      "Inkloop posts a short JSON document to this address, from the trainer and beside the runs. It never follows a redirect, and tries three times.",
    hook_url: "Address",
    hook_url_hint:
      "Such as https://example.org/hooks/inkloop. It may hold a secret: the log shows only its host.",
    hook_public: "Only addresses of the public network are called.",
    hook_private: "Private addresses are allowed here (INKLOOP_WEBHOOK_PRIVATE=on).",
    hook_events: "Tell it when",
    end: (event: string) => ENDS_EN[event] ?? event,
    hook_choose: "Choose at least one.",
    hook_renew: "Make a new secret",
    hook_secret:
      "The secret, shown this once. Check with it what comes in: X-Inkloop-Signature is sha256= and the HMAC of the body.",
    hook_saved: "Saved.",
    hook_remove: "Tell nobody any more",
    hook_removed: "Nobody is told any more.",
    hook_test: "Send a test",
    hook_test_asked: "The trainer sends it within a second or two.",
    hook_last: "What it was told",
    hook_never: "Nothing yet.",
    hook_waiting: "waits for the trainer",
    hook_again: "It is tried again.",
    hook_told_run: "Told",
    admins_only: "Only an admin may see and change who is told.",
  },
  {
    took: "用时",
    no_verdict: "没有评判。",
    seconds: (n) => (n < 90 ? `${n} 秒` : `${Math.round(n / 60)} 分钟`),

    list_none: "还没有训练过。第一次会自动开始，也可以按“立即训练”。",
    list_open: (id) => `第 ${id} 次训练正在进行`,
    list_last: (id, end) => `最近是第 ${id} 次训练：${end}`,
    notify_link: "训练结束时通知别的服务",
    when: "提出时间",
    by: "由谁提出",
    by_name: (by) =>
      ({ schedule: "日程", first: "自动（第一个模型）", command: "命令行", user: "手动" })[by] ??
      by,
    n_drawings: (n_new, n) => `${n} 张笔迹，其中新的 ${n_new} 张`,
    mnist_alone: "只有 MNIST",

    back: "全部训练",
    no_such: "没有这次训练。",
    lead_queued: (id) => `第 ${id} 次训练在等训练程序`,
    lead_running: (id, left) =>
      left === "" ? `第 ${id} 次训练正在进行` : `第 ${id} 次训练正在进行，${left}`,
    lead_promoted: (id, version) =>
      version === null ? `第 ${id} 次训练成功` : `第 ${id} 次训练产生了第 ${version} 版，已上线`,
    lead_held: (id, version) =>
      version === null
        ? `第 ${id} 次训练未通过`
        : `第 ${id} 次训练产生了第 ${version} 版，未通过评判`,
    lead_failed: (id) => `第 ${id} 次训练失败`,
    lead_cancelled: (id) => `第 ${id} 次训练已取消`,
    left_whole: (seconds) => `大约还要 ${spanZh(seconds)}`,
    left_phase: (seconds) => `学习大约还要 ${spanZh(seconds)}`,
    left_unknown: "还不知道要多久。",
    waiting_long: "训练程序还没有接手。如果一直这样，请用 inkloop doctor 看看它是否在运行。",
    silent: (seconds) =>
      `训练程序已有 ${seconds} 秒没有动静。一旦允许，另一个会接着做，什么也不会丢。`,
    steps: "进度",
    step: (phase) => STEPS_ZH[phase] ?? phase,
    step_done: "完成",
    step_now: "进行中",
    step_ahead: "未到",
    step_stopped: "停在这里",
    step_seconds: (seconds) =>
      seconds < 10 ? `${seconds.toFixed(1)} 秒` : `${Math.round(seconds)} 秒`,
    percent_of_step: (percent) => `${percent}%`,
    resumed: "中途断过，从断的地方接着做了。",
    from: "起点",
    from_version: (version) => `第 ${version} 版`,
    from_nothing: "从零开始：第一个模型",
    attempts: "尝试次数",
    curves: "学习过程",
    no_curve: "还没有可画的。",
    loss: "损失：对正在学的内容还差多少",
    loss_finding: (first, last) => `从 ${first} 到 ${last}，越小越好`,
    accuracy: "准确率：正在学的数字，还没到考试",
    accuracy_finding: (first, last) => `认对：从 ${first}% 到 ${last}%`,
    step_axis: "步",
    verdict_held: "为什么没有通过",
    verdict_passed: "为什么可以上线",
    rule: "规则",
    measured: "实测",
    bound: "允许",
    at_least: (figure) => `至少 ${figure}`,
    at_most: (figure) => `最多 ${figure}`,
    what_now: "接下来",
    happened: "发生了什么",
    check_these: (n) => `看看正在核对的 ${n} 张笔迹`,
    compare: (a, b) => `从第 ${a} 版到第 ${b} 版，哪些变好、哪些变差`,
    open_version: (version) => `打开第 ${version} 版`,
    log: "过程",
    log_none: "没有记录：这次训练时还没有这项功能。",

    drawings: "学了哪些笔迹",
    drawings_lead: (n_new, n_older) => `新笔迹 ${n_new} 张、旧笔迹 ${n_older} 张，与 MNIST 混合`,
    drawings_none: "只学了 MNIST。",
    drawings_none_fit: "没有这一类的笔迹。",
    n_deleted: (n) => `有 ${n} 张后来被删除，不再显示。`,
    kinds: "哪些",
    kind_all: "全部",
    kind_new: "新的",
    kind_older: "旧的",
    labels: "当作",
    tile: (label, is_new) => `当作 ${label}，${is_new ? "新的" : "旧的"}`,
    now_labelled: (label) => `，现在标为 ${label}`,
    wall: "这次训练学的笔迹",
    more: "正在载入更多……",
    more_failed: "其余的没能载入。",

    hook_nobody: "训练结束时不通知任何人",
    hook_told: (host, ends) => `${ends}时，通知 ${host}`,
    hook_hint: "由训练程序向这个地址发送一小段 JSON，不耽误训练。从不跟随跳转，最多试三次。",
    hook_url: "地址",
    hook_url_hint: "例如 https://example.org/hooks/inkloop。地址里可以含有密钥，记录里只留主机名。",
    hook_public: "只会访问公网地址。",
    hook_private: "这里允许内网地址（INKLOOP_WEBHOOK_PRIVATE=on）。",
    hook_events: "什么时候通知",
    end: (event) => ENDS_ZH[event] ?? event,
    hook_choose: "请至少选一项。",
    hook_renew: "换一个新密钥",
    hook_secret:
      "密钥只显示这一次。请用它核对收到的内容：X-Inkloop-Signature 是 sha256= 加上正文的 HMAC。",
    hook_saved: "已保存。",
    hook_remove: "不再通知",
    hook_removed: "不再通知任何人。",
    hook_test: "发送测试",
    hook_test_asked: "训练程序会在一两秒内发出。",
    hook_last: "通知记录",
    hook_never: "还没有。",
    hook_waiting: "等待训练程序",
    hook_again: "还会再试。",
    hook_told_run: "通知",
    admins_only: "只有管理员可以查看和修改。",
  },
);
