/** Words of the log. */

import { viewWords } from "./view-words";

const ACTIONS_EN: Readonly<Record<string, string>> = {
  gate: "promoted by the gate",
  verdict: "judged a candidate",
  promote: "made live",
  rollback: "went back to",
  anchor: "moved the anchor to",
  run: "asked for a run",
  cancel_run: "stopped a run",
  schedule: "changed the schedule",
  review: "reviewed",
  undo_review: "took a review back",
  accept: "accepted",
  reject: "rejected",
  undo: "took a change back",
  relabel: "relabelled",
  delete: "deleted",
  restore: "restored",
  block: "blocked",
  unblock: "unblocked",
  erase: "erased for good",
  delete_all: "deleted all their drawings",
  restore_all: "restored all their drawings",
  join: "joined another browser",
  sign_in: "signed in",
  sign_out: "signed out",
  end_session: "signed somebody out",
  create_user: "made an account",
  set_role: "changed a role",
  set_password: "set a password",
  disable_user: "disabled an account",
  enable_user: "enabled an account",
  make_token: "made a token",
  revoke_token: "revoked a token",
  export: "exported drawings",
  import: "sent a file to import",
  import_store: "stored an import",
  import_undo: "undid an import",
  export_audit: "exported the log",
};

const ACTIONS_ZH: Readonly<Record<string, string>> = {
  gate: "由关卡上线",
  verdict: "评判候选",
  promote: "上线",
  rollback: "退回",
  anchor: "移动基准",
  run: "要求训练",
  cancel_run: "取消训练",
  schedule: "修改日程",
  review: "审核",
  undo_review: "撤销审核",
  accept: "采用",
  reject: "不采用",
  undo: "撤销改动",
  relabel: "改标签",
  delete: "删除",
  restore: "恢复",
  block: "停用作者",
  unblock: "恢复作者",
  erase: "彻底抹去",
  delete_all: "删除自己的全部笔迹",
  restore_all: "恢复自己的全部笔迹",
  join: "转到另一个浏览器",
  sign_in: "登录",
  sign_out: "退出",
  end_session: "结束登录",
  create_user: "建立账号",
  set_role: "改角色",
  set_password: "设密码",
  disable_user: "停用账号",
  enable_user: "启用账号",
  make_token: "建立令牌",
  revoke_token: "作废令牌",
  export: "导出笔迹",
  import: "发来要导入的文件",
  import_store: "存入导入的笔迹",
  import_undo: "撤销导入",
  export_audit: "导出记录",
};

/** What the filter offers. An action that is not named here is shown by its own name. */
export const ACTIONS = Object.keys(ACTIONS_EN);

const ACTORS_EN: Readonly<Record<string, string>> = {
  gate: "the gate",
  command: "the command line",
  setup: "the set-up link",
  schedule: "the schedule",
  contributor: "a contributor",
  retention: "the retention rule",
};

const ACTORS_ZH: Readonly<Record<string, string>> = {
  gate: "关卡",
  command: "命令行",
  setup: "初始链接",
  schedule: "日程",
  contributor: "作者",
  retention: "保留期限",
};

export const ACTORS = ["gate", "command", "setup", "contributor", "retention"];

const SUBJECTS_EN: Readonly<Record<string, string>> = {
  version: "version",
  run: "run",
  drawing: "drawing",
  contributor: "contributor",
  drawings: "drawings:",
  token: "token",
  user: "account",
};

const SUBJECTS_ZH: Readonly<Record<string, string>> = {
  version: "版本",
  run: "训练",
  drawing: "笔迹",
  contributor: "作者",
  drawings: "笔迹张数",
  token: "令牌",
  user: "账号",
};

function subjectIn(names: Readonly<Record<string, string>>, subject: string): string {
  const [kind = "", ...rest] = subject.split(":");
  const name = names[kind];
  return name === undefined || rest.length === 0 ? subject : `${name} ${rest.join(":")}`;
}

export const audit_words = viewWords(
  {
    lead: "What people and the gate did",
    hint: "Nobody can change this record. Contributors stand in it by number, without an address.",
    by: "Who",
    anybody: "anybody",
    action: "What",
    any_action: "anything",
    subject: "On what",
    subject_hint: "version:4, run:12, contributor:3",
    since: "From",
    until: "To",
    clear: "Clear the filters",
    when: "When",
    facts: "Details",
    none: "Nothing fits these filters.",
    as_csv: "As a table (CSV)",
    as_jsonl: "As JSON lines",
    show_more: "Show more",
    actor: (by: string) => ACTORS_EN[by] ?? by,
    action_name: (action: string) => ACTIONS_EN[action] ?? action.replaceAll("_", " "),
    subject_name: (subject: string) => subjectIn(SUBJECTS_EN, subject),
    log: "The log",
  },
  {
    lead: "人和关卡做过的事",
    hint: "谁也改不了这份记录。作者只以编号出现，不带地址。",
    by: "谁",
    anybody: "不限",
    action: "做了什么",
    any_action: "不限",
    subject: "对象",
    subject_hint: "version:4、run:12、contributor:3",
    since: "从",
    until: "到",
    clear: "清除筛选",
    when: "时间",
    facts: "详情",
    none: "没有符合筛选的记录。",
    as_csv: "导出表格（CSV）",
    as_jsonl: "导出 JSON 行",
    show_more: "再看一些",
    actor: (by) => ACTORS_ZH[by] ?? by,
    action_name: (action) => ACTIONS_ZH[action] ?? action,
    subject_name: (subject) => subjectIn(SUBJECTS_ZH, subject),
    log: "记录",
  },
);
