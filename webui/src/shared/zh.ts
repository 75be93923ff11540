/** 简体中文。 */

import type { Digit, Fate, NoDigitReason, RunStatus } from "../contract";
import type { Ago, When } from "./when";
import type { Words } from "./en";

function when(moment: When): string {
  switch (moment.kind) {
    case "today":
      return `今天 ${moment.time}`;
    case "tomorrow":
      return `明天 ${moment.time}`;
    default:
      return `${moment.day} ${moment.time}`;
  }
}

const PHASES: Readonly<Record<string, string>> = {
  gather: "收集笔迹",
  train: "学习中",
  fine_tune: "学习中",
  average: "收尾中",
  select: "权衡步幅",
  evaluate: "考试中",
  gate: "评判中",
  export: "打包中",
  publish: "上线中",
};

const STEPS: Readonly<Record<string, string>> = {
  received: "收到",
  validated: "核对",
  points: "取点",
  box: "缩放入框",
  pen: "描笔画",
  centre: "移到中心",
  average: "缩成 28 × 28",
  decode: "解开图片",
  sheet: "找出纸面",
  light: "匀光",
  parts: "提取墨迹",
  network: "神经网络",
  answer: "写出答案",
  way: "网络往返",
};

const REASONS: Record<NoDigitReason, string> = {
  empty: "上面什么也没有。",
  dot: "只有一个点。",
  scribble: "线条太乱了。",
  several: "好像并排写了好几个数字。",
  unfamiliar: "和见过的数字都不像。",
};

const FATES: Record<Fate, string> = {
  learned: "已学会",
  waiting: "等待学习",
  exam: "留作考题",
  checking: "核对中",
  rejected: "未采用",
  deleted: "已删除",
};

const RUN_STATUSES: Record<RunStatus, string> = {
  queued: "排队中",
  running: "进行中",
  promoted: "已上线",
  held: "未上线",
  failed: "出错",
  cancelled: "已取消",
};

export const zh: Words = {
  when,
  ago: (moment: Ago) => (moment.kind === "just_now" ? "刚刚" : moment.words),
  percent: (figure) => `${figure}%`,
  milliseconds: (figure) => `${figure} 毫秒`,
  title: "Inkloop：写个数字",
  language: "语言",
  close: "关闭",
  cancel: "取消",
  try_again: "再试一次",
  gap: "",
  clause_gap: "；",
  full_stop: "。",
  skip_to_canvas: "跳到画板",

  live: "当前",
  version: (version) => `第 ${version} 版`,
  accuracy_title: "一万张测试图中认对的比例",
  next_lesson: (moment) => `下次学习：${when(moment)}`,
  next_lesson_short: (time) => `下次学习 ${time}`,
  no_lesson: "没有安排学习",
  lesson_queued: "马上开始学习",
  lesson_running: (phase, percent) =>
    `正在学习：${PHASES[phase ?? ""] ?? "学习中"}${percent === null ? "" : ` ${percent}%`}`,
  first_training: (percent) => `正在训练第一版${percent === null ? "" : `，${percent}%`}`,
  server_away: "连不上服务器",
  progress: "学习进度",

  canvas: "画板",
  canvas_keys:
    "方向键移动笔，空格键落笔、提笔，按住 Shift 走小步。回车表示认对了，数字键用来改正。",
  canvas_hint: "在这里写一个数字，0 到 9",
  pen_down: "落笔",
  pen_up: "提笔",
  pen_keys_down: "已落笔：方向键画线，空格键提笔",
  pen_keys_up: "已提笔：方向键移动，空格键落笔",
  undo: "撤销",
  clear: "清空",
  picture: "图片",
  photo: "拍照",
  keys: "按键",
  drop_here: "把图片放在这里",
  uploaded_picture: "你选的图片",
  not_a_picture: "这不是图片。可以用 PNG、JPEG 或 WebP。",

  answer: "识别结果",
  read_as: "认作",
  what_the_model_sees: "模型看到的样子",
  ink_empty: "空白",
  ink_of: (label) => `28 × 28 的墨迹，${label}`,
  sure: (percent) => `${percent}% 的把握`,
  or_rather: (digit, percent) => `也可能是 ${digit}：${percent}%`,
  read_aloud: (digit, percent) => `认作 ${digit}，${percent}% 的把握`,
  not_a_digit: "看起来不像数字",
  not_a_digit_why: (reason) => (reason === null ? "" : REASONS[reason]),
  label_anyway: "你仍然可以告诉它这是几。",
  no_model: "还没有模型",
  no_model_yet: (percent) =>
    `第一版正在训练${percent === null ? "" : `（${percent}%）`}。先告诉我们你写的是几，它会留给第一次学习。`,
  unreachable: "没有网络",
  unreachable_why: "先告诉我们你写的是几：会存在浏览器里，联网后自动送出。",
  refused: "没法识别",
  reading: "正在认……",
  probabilities: "每个数字的可能性",
  probability: (digit, percent) => `${digit}：${percent}%`,

  right: "对吗？",
  confirm: (digit) => `对，是 ${digit}`,
  confirm_idle: "对，没认错",
  or_it_is: "不对，其实是",
  it_is: "这是",
  keys_0_to_9: "按键 0–9",
  digit_key: (digit: Digit) => `这是 ${digit}`,
  digit_keys: "这是几？",

  thanks: "谢谢。",
  thanks_sending: "谢谢，正在送出。",
  thanks_kept: "谢谢。现在没有网络，先存在浏览器里，稍后自动送出。",
  thanks_waiting: (moment, n_short) => {
    if (moment === null) return "谢谢。下次学习会用到它，时间还没有定。";
    const short = n_short > 0 ? `（还要再攒 ${n_short} 张）` : "";
    return `谢谢。下次学习会用到它：${when(moment)}${short}。`;
  },
  thanks_waiting_first: "谢谢。第一版练好之后就会学它。",
  thanks_exam: "谢谢。它留作考题：哪一版都不学它，但都要考它。",
  thanks_checking: "谢谢。它和别的同名数字不太像，正在核对。",
  thanks_learned: "谢谢。它已经被学过了。",
  not_stored: (message) => `没能存下来：${message}`,
  dropped_not_yours: "有一张没能存下来：它的编号已属于别人的笔迹。",
  dropped_deleted: "有一张没能存下来：它已经被删除了。",
  memory_only: "这个浏览器不能暂存：请等全部送出后再关页面。",

  new_version: (version) => `第 ${version} 版上线了`,
  learned_figures: (version, right, n) => `第 ${version} 版认对了你 ${n} 张中的 ${right} 张`,
  learned_before: (version, right) => `，第 ${version} 版认对 ${right} 张`,
  learned_exam: (right, n, before) =>
    `其中 ${n} 张考题认对 ${right} 张${before === null ? "" : `，之前是 ${before} 张`}。`,

  steps: "步骤",
  steps_title: "每一步花了多久",
  step_name: (name) => STEPS[name] ?? name.replaceAll("_", " "),
  step: "步骤",
  last: "最近一次",
  median_of: (n) => `${n} 次的中位数`,
  total: "合计",
  clear_steps: "清空记录",
  no_steps: "还没有记录，写一个试试。",

  your_drawings: "你的笔迹",
  your_data: "你的数据",
  consent: "确认后会保存笔画和数字，用来教模型。",
  consent_more: "保存了什么？",
  n_drawings: (n) => `${n} 张`,
  in_version: (n, version) => `第 ${version} 版学了 ${n} 张`,
  n_learned: (n) => `已学 ${n} 张`,
  n_wait: (n) => `${n} 张等待学习`,
  n_exam: (n) => `${n} 张留作考题`,
  n_checking: (n) => `${n} 张核对中`,
  n_unsent: (n) => `${n} 张待送出`,
  none_yet: "还没有。你写过并标好的数字都会收在这里。",
  mine_away: "暂时看不到。",
  show_more: "显示更多",
  tile: (label, fate) => `你写的 ${label}，${fate}`,
  fate: (fate) => FATES[fate],
  fate_in_version: (version) => `第 ${version} 版学过`,
  unsent: "待送出",
  unsent_explained: "它存在这个浏览器里，联网后会送出，而且只送一次。",

  your_digit: (label) => `你写的 ${label}`,
  drawn: (moment: Ago) => (moment.kind === "just_now" ? "刚刚" : moment.words),
  was_read_as: (digit, version) =>
    digit === null ? `第 ${version} 版没看出是数字。` : `第 ${version} 版当时认作 ${digit}。`,
  fate_learned: (version) => `第 ${version} 版已经学过它。`,
  fate_learned_earlier: (version) => `第 ${version} 版学过它，当前这版没有。`,
  fate_waiting: (moment) =>
    moment === null ? "它在等下一次学习。" : `它在等下一次学习：${when(moment)}。`,
  fate_exam: "它留作考题：哪一版都不学它，但都要考它。",
  fate_checking: "它和别的同名数字不太像，正在核对。",
  fate_rejected: "审核时没有采用它，哪一版都不会学它。",
  learned_by: (versions) => `学过它的版本：${versions}。`,
  learned_by_none: "还没有哪一版学过它。",
  really: (label) => `真的是 ${label} 吗？`,
  really_yes: (label) => `没错，就是 ${label}`,
  change_label: "改成",
  delete: "删除",
  deleted: (label) => `已删除这个 ${label}。`,
  deleted_learned: (label, versions) =>
    `已删除这个 ${label}。第 ${versions} 版学过的内容，要到下次学习才会更新。`,
  undo_delete: "撤销",
  restored: "已恢复。",
  relabelled: (label) => `已改为 ${label}。`,
  failed: (message) => `没有成功：${message}`,
  failed_network: "没有成功：连不上服务器。",

  keys_title: "全部用键盘完成",
  keys_list: [
    ["Enter", "对，没认错"],
    ["0 – 9", "其实是这个数字"],
    ["Backspace", "撤销上一笔"],
    ["Esc", "清空"],
    ["D", "进入画板"],
    ["← ↑ → ↓", "在画板里移动笔，两个一起按走斜线"],
    ["Home End PgUp PgDn", "在画板里走斜线"],
    ["Space", "在画板里落笔、提笔"],
    ["Shift", "在画板里配合方向键走小步"],
    ["P", "选一张图片"],
    ["S", "步骤"],
    ["?", "这张表"],
  ],

  admin: {
    title: "Inkloop：管理",
    name: "管理",
    navigation: "栏目",
    overview: "概览",
    models: "模型",
    runs: "训练",
    schedule: "日程",
    drawings: "笔迹",
    review: "审核",
    map: "地图",
    people: "人员",
    data: "数据",
    audit: "记录",
    draw_page: "画板页",
    loading: "载入中……",
    not_found: "没有这个栏目。",
    cannot_load: "暂时显示不了",
    no_module: "页面已更新，或者没有网络。请重新载入。",
    load_again: "重新载入",
    no_connection: "连不上服务器，会自动重试。",

    sign_in: "登录",
    sign_out: "退出",
    sign_in_lead: "这里给管理者使用。写数字不需要账号。",
    email: "邮箱",
    password: "密码",
    password_hint: "至少 12 个字符。",
    password_repeat: "再输一次",
    passwords_differ: "两次输入的密码不一样。",
    signing_in: "正在登录……",
    needs_setup: "还没有管理者",
    needs_setup_lead: "请打开启动 Inkloop 时终端里显示的一次性链接，用它建立第一个账号。",
    setup: "建立第一个账号",
    setup_lead: "这个链接只能用一次。该账号可以修改日程，也可以切换上线的版本。",
    setup_button: "建立账号",
    setup_no_token: "链接不完整，请从终端完整复制。",
    setup_done: "已经有账号了，请直接登录。",
    not_admin: "这个账号只能看，不能在这里改动。",
    your_account: "我的账号",
    signed_in_as: (email) => `已登录：${email}`,

    no_champion: "还没有上线的版本。",
    live_since: (version, ago) =>
      ago.kind === "just_now" ? `第 ${version} 版刚刚上线` : `第 ${version} 版于${ago.words}上线`,
    lead_wait: (n) => (n === 0 ? "没有新的笔迹在等" : `${n} 张新笔迹在等`),

    none_collected: "还没有。到画板页写下第一个数字吧。",
    digit: "数字",
    count: "张数",
    as_table: "看表格",
    status_name: (status) =>
      ({ accepted: "已采用", quarantined: "核对中", rejected: "未采用", deleted: "已删除" })[
        status
      ] ?? status,
    latest: "最新笔迹",
    latest_none: "还没有笔迹。",
    drawing: (label, fate) => `${label}，${fate}`,

    run: "训练",
    run_number: (id) => `第 ${id} 次训练`,
    retrain: "立即训练",
    retrain_explained: "会学习全部新笔迹，即使还没攒够日程要求的张数。",
    retrain_asked: "已加入队列。",
    cancel_run: "取消训练",
    cancel_asked: "到下一步就会停下。",
    run_status: (status) => RUN_STATUSES[status],
    phase: (phase) => PHASES[phase ?? ""] ?? "进行中",
    step_of: (step, n_steps) => `第 ${step} 步，共 ${n_steps} 步`,
    loss: "损失",
    loss_explained: "还差多少，越小越好",
    accuracy: "准确率",
    accuracy_explained: "正在学的数字（已随机变形）中认对的比例",
    test_accuracy: "测试图",
    test_accuracy_explained:
      "测试图：固定的一万张 MNIST 图片中认对的比例。考题：这里的人写的、哪一版都不学的笔迹。",
    exam_known: "考题（熟悉的手）",
    exam_new: "考题（陌生的手）",
    requested_by: (by) =>
      ({ schedule: "按日程", first: "第一版", command: "命令行", user: "手动" })[by] ?? by,
    took: "用时",
    verdict: "评判",
    rules: "逐条评判",
    rule_passed: "通过",
    rule_failed: "未通过",
    no_verdict: "没有评判。",
    curve: "训练中的准确率",
    last_run: "上一次训练",
    this_run: "这一次训练",
    seconds: (n) => (n < 90 ? `${n} 秒` : `${Math.round(n / 60)} 分钟`),

    models_lead: (version, accuracy) => `当前是第 ${version} 版，测试图认对 ${accuracy}%。`,
    version: "版本",
    model_status: (status) =>
      ({ live: "当前", retired: "曾上线", held: "未上线过" })[status] ?? status,
    anchor: "基准",
    anchor_explained: "基准是每个新版本都要对照的版本，免得小的退步一点点累积起来。",
    promoted_at: "上线时间",
    none_models: "还没有版本，第一版正在训练。",
    rollback: "退回上一版",
    rollback_lead: (version) =>
      `第 ${version} 版停止服务，之前上线的那一版立刻接手。不会删除任何东西。`,
    rollback_reason: "原因（会留在记录里）",
    rollback_button: "退回",
    rollback_done: (version) => `第 ${version} 版已在所有进程上线。`,
    rollback_wait: "正在切换所有进程……",

    schedule_lead: "什么时候自动训练",
    cron: "时间（cron）",
    cron_hint: "分 时 日 月 星期。0 3 * * * 表示每天凌晨 3 点。",
    timezone: "时区",
    timezone_hint: "例如 Asia/Shanghai。留空则用本机时区。",
    min_new: "至少多少张新笔迹",
    min_new_hint: "不够这么多，到时间也不训练。",
    enabled: "自动训练",
    save: "保存",
    saved: "已保存，立即生效。",
    next_run: "下次训练",
    last_run_was: "上一次",
    never: "从未",
    tick_outcome: (outcome) =>
      ({
        run: "已开始训练",
        too_few: "新笔迹不够，没有训练",
        busy: "当时正在训练",
      })[outcome] ?? outcome,
    read_only: "只有管理员可以修改。",
  },
};
