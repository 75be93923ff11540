/** Words about one's own data. */

import { viewWords } from "../../shared/language";

const drawings = (n: number) => (n === 1 ? "1 drawing" : `${n} drawings`);

export const privacyWords = viewWords(
  {
    title: "Your data",
    text: [
      "We store what you draw or upload, with its label: the strokes with their times and pressure, or the picture without its place, date and camera; what the model read; and when.",
      "It trains the model to read digits, and part of it is kept to test the model. Reviewers look at it and correct labels.",
      "You are known by a random number in a cookie. No name and no address is stored.",
      "What you delete is erased after a minute. Versions that learned from it keep what they learned until a later training leaves it out.",
    ],
    retention: (days: number) =>
      days === 0
        ? "Drawings are stored until you delete them."
        : `Drawings are erased after ${days} days.`,
    kept: (n: number, strokes: number, pictures: number) =>
      n === 0
        ? "No data of yours is stored."
        : `${drawings(n)} stored: ${strokes} with strokes, ${pictures} as pictures.`,
    learned: (versions: string, n: number) =>
      n === 1
        ? `Version ${versions} learned from them.`
        : `Versions ${versions} learned from them.`,
    toldOn: (when: string) => `You were informed of this on ${when}.`,
    download: "Download everything",
    downloadExplained: "A zip with a picture of each drawing and all the rest as JSON.",
    deleteAll: "Delete everything",
    deleteSure: (n: number) => `Delete all ${n}?`,
    deleteConsequence:
      "They disappear at once. For a minute you can restore them, then they are erased.",
    deleteYes: "Yes, delete everything",
    deleted: (n: number) => `${drawings(n)} deleted.`,
    deletedLearned: (versions: string) =>
      `Version ${versions} learned from them and stays as it is until the next training.`,
    undo: "Undo",
    restored: (n: number) => `${drawings(n)} restored.`,
    carry: "Another browser",
    carryExplained:
      "With a link your phone or another browser shares the drawings of this one. It works once, within 15 minutes. Do not pass it on: anyone who opens it can see your drawings.",
    makeLink: "Make a link",
    link: "Your link",
    copy: "Copy",
    copied: "Copied",
    ends: (time: string) => `Works once, until ${time}.`,
    revoke: "Revoke the link",
    revoked: "The link no longer works.",
    joinTitle: "Share drawings with your other browser?",
    joinThere: (n: number) => `This link brings ${drawings(n)} here.`,
    joinHere: (n: number) =>
      n === 0 ? "" : `The ${drawings(n)} of this browser are added to them.`,
    joinOnly:
      "Continue only if you made this link yourself: both browsers will share all drawings.",
    join: "Share",
    notNow: "Not now",
    joined: "Both browsers now share your drawings.",
    loading: "Loading …",
    tryAgain: "Try again",
  },
  {
    title: "你的数据",
    text: [
      "我们保存你书写或上传的内容，以及你选择的数字：笔画（含时间和压力），或去掉了地点、日期和相机信息的图片；还有模型的识别结果和时间。",
      "这些内容用于训练模型识别数字，其中一部分用于考核模型。审核员会查看并更正标签。",
      "系统只通过 Cookie 中的随机编号识别你，不保存姓名，也不保存网络地址。",
      "删除的内容会在一分钟后彻底清除。已经用它训练过的版本会保留学到的内容，直到之后的训练不再使用它。",
    ],
    retention: (days) =>
      days === 0 ? "笔迹会一直保存，直到你删除。" : `笔迹保存 ${days} 天后清除。`,
    kept: (n, strokes, pictures) =>
      n === 0
        ? "没有保存你的任何内容。"
        : `共保存 ${n} 张：${strokes} 张有笔画，${pictures} 张是图片。`,
    learned: (versions) => `版本 ${versions} 用它们训练过。`,
    toldOn: (when) => `以上内容已于${when}向你说明。`,
    download: "下载全部数据",
    downloadExplained: "一个 zip 文件：每张笔迹一幅图，其余内容为 JSON。",
    deleteAll: "全部删除",
    deleteSure: (n) => `要删除全部 ${n} 张吗？`,
    deleteConsequence: "它们会立即消失。一分钟内可以恢复，之后彻底清除。",
    deleteYes: "是的，全部删除",
    deleted: (n) => `已删除 ${n} 张。`,
    deletedLearned: (versions) => `版本 ${versions} 用它们训练过，在下次训练之前保持不变。`,
    undo: "撤销",
    restored: (n) => `已恢复 ${n} 张。`,
    carry: "另一个浏览器",
    carryExplained:
      "通过链接让手机或另一个浏览器与这里共用你的笔迹。链接只能使用一次，15 分钟内有效。请只由你自己打开：任何人拿到链接就能看到你的笔迹。",
    makeLink: "生成链接",
    link: "你的链接",
    copy: "复制",
    copied: "已复制",
    ends: (time) => `只能使用一次，${time} 前有效。`,
    revoke: "撤回链接",
    revoked: "链接已失效。",
    joinTitle: "与你的另一个浏览器合并？",
    joinThere: (n) => `这个链接会把 ${n} 张笔迹带到这里。`,
    joinHere: (n) => (n === 0 ? "" : `这个浏览器中的 ${n} 张会合并进去。`),
    joinOnly: "只有链接是你自己生成的才继续：两个浏览器会共用全部笔迹。",
    join: "合并",
    notNow: "暂不",
    joined: "两个浏览器现在共用你的笔迹。",
    loading: "请稍候……",
    tryAgain: "重试",
  },
);
