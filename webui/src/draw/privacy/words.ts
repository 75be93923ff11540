/** Words about one's own data: the sheet is loaded when it is opened. */

import { viewWords } from "../../shared/language";

const drawings = (n: number) => (n === 1 ? "1 drawing" : `${n} drawings`);

export const privacyWords = viewWords(
  {
    title: "Your data",
    text: [
      "Kept is what you draw or upload, with the digit you gave it: the strokes with their times and pressure, or the picture without its place, date and camera; what the model read; and when.",
      "It teaches the model to read digits, and part of it examines the model. Reviewers look at it and correct labels.",
      "You are known by a random number in a cookie. No name and no address is kept.",
      "What you delete is erased after a minute. Versions that learned from it keep what they learned until a later lesson goes on without it.",
    ],
    retention: (days: number) =>
      days === 0
        ? "Drawings are kept until you delete them."
        : `Drawings are erased after ${days} days.`,
    kept: (n: number, strokes: number, pictures: number) =>
      n === 0
        ? "Nothing of yours is kept."
        : `${drawings(n)} kept: ${strokes} with strokes, ${pictures} as pictures.`,
    learned: (versions: string, n: number) =>
      n === 1
        ? `Version ${versions} learned from them.`
        : `Versions ${versions} learned from them.`,
    told: (when: string) => `You were told this on ${when}.`,
    download: "Download everything",
    downloadExplained: "A zip with a picture of each drawing and all the rest as JSON.",
    deleteAll: "Delete everything",
    deleteSure: (n: number) => `Delete all ${n}?`,
    deleteConsequence:
      "They leave at once. For a minute you can bring them back, then they are erased.",
    deleteYes: "Yes, delete everything",
    deleted: (n: number) => `${drawings(n)} deleted.`,
    deletedLearned: (versions: string) =>
      `Version ${versions} learned from them and stays as it is until the next lesson.`,
    undo: "Undo",
    restored: (n: number) => `${drawings(n)} are back.`,
    carry: "Another browser",
    carryExplained:
      "A link makes your phone or another browser one with this one. It works once, within 15 minutes. Open it only yourself: whoever has it has your drawings.",
    makeLink: "Make a link",
    link: "Your link",
    copy: "Copy",
    copied: "Copied",
    ends: (time: string) => `Works once, until ${time}.`,
    revoke: "Take it back",
    revoked: "The link no longer works.",
    joinTitle: "Join your other browser?",
    joinThere: (n: number) => `This link brings ${drawings(n)} here.`,
    joinHere: (n: number) => (n === 0 ? "" : `The ${drawings(n)} of this browser join them.`),
    joinOnly: "Only go on if you made this link yourself: both browsers will share everything.",
    join: "Join",
    notNow: "Not now",
    joined: "Both browsers now share your drawings.",
    loading: "One moment…",
    tryAgain: "Try again",
  },
  {
    title: "你的数据",
    text: [
      "这里保存你写的或上传的内容，以及你标的数字：笔画（带时间和压力），或者去掉了地点、日期和相机信息的图片；还有模型当时读成了什么，以及时间。",
      "这些内容用来教模型认数字，其中一部分用来考它。审阅者会查看并改正标签。",
      "系统只凭 Cookie 里的一个随机号码认出你，不保存姓名，也不保存网络地址。",
      "删除的内容一分钟后彻底抹去。学过它的版本会保留学到的东西，直到之后的课不再用它。",
    ],
    retention: (days) =>
      days === 0 ? "笔迹会一直保存，直到你删除。" : `笔迹保存 ${days} 天后抹去。`,
    kept: (n, strokes, pictures) =>
      n === 0
        ? "这里没有保存你的任何东西。"
        : `共保存 ${n} 张：${strokes} 张有笔画，${pictures} 张是图片。`,
    learned: (versions) => `版本 ${versions} 学过它们。`,
    told: (when) => `${when} 已告知你以上内容。`,
    download: "全部下载",
    downloadExplained: "一个 zip：每张笔迹一幅图，其余内容都在 JSON 里。",
    deleteAll: "全部删除",
    deleteSure: (n) => `要删除全部 ${n} 张吗？`,
    deleteConsequence: "它们马上消失。一分钟内可以找回，之后就彻底抹去。",
    deleteYes: "对，全部删除",
    deleted: (n) => `已删除 ${n} 张。`,
    deletedLearned: (versions) => `版本 ${versions} 学过它们，在下一课之前保持原样。`,
    undo: "撤销",
    restored: (n) => `${n} 张都回来了。`,
    carry: "换个浏览器",
    carryExplained:
      "用一个链接，让手机或另一个浏览器与这里共用你的笔迹。链接只能用一次，15 分钟内有效。请只由你自己打开：谁有链接，谁就有你的笔迹。",
    makeLink: "生成链接",
    link: "你的链接",
    copy: "复制",
    copied: "已复制",
    ends: (time) => `只能用一次，${time} 前有效。`,
    revoke: "作废",
    revoked: "链接已作废。",
    joinTitle: "与你的另一个浏览器合用？",
    joinThere: (n) => `这个链接会把 ${n} 张笔迹带到这里。`,
    joinHere: (n) => (n === 0 ? "" : `这个浏览器里的 ${n} 张会并到一起。`),
    joinOnly: "只有链接是你自己生成的才继续：两个浏览器会共用全部笔迹。",
    join: "合用",
    notNow: "先不了",
    joined: "两个浏览器现在共用你的笔迹。",
    loading: "请稍候…",
    tryAgain: "再试一次",
  },
);
