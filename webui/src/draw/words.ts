/** Words of the draw page, in English and Chinese. */

import type { Ago, When } from "../shared/formats";
import { viewWords } from "../shared/language";
import type { Digit, NoDigitReason } from "../shared/shapes";
import { whenEn, whenZh } from "../shared/words";

function nOf(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}

const STEPS_EN: Readonly<Record<string, string>> = {
  received: "received",
  validated: "checked",
  points: "points collected",
  box: "fitted into its box",
  pen: "drawn with the pen",
  centre: "moved to the middle",
  average: "shrunk to 28 × 28",
  decode: "picture decoded",
  sheet: "sheet of paper found",
  light: "lighting evened out",
  parts: "ink extracted",
  network: "network",
  answer: "answer written",
  way: "to the server and back",
};

const STEPS_ZH: Readonly<Record<string, string>> = {
  received: "接收",
  validated: "校验",
  points: "取点",
  box: "缩放到框内",
  pen: "绘制笔画",
  centre: "居中",
  average: "缩小到 28 × 28",
  decode: "解码图片",
  sheet: "定位纸张",
  light: "均匀光照",
  parts: "提取笔迹",
  network: "神经网络",
  answer: "生成结果",
  way: "网络往返",
};

const REASONS_EN: Record<NoDigitReason, string> = {
  empty: "There is nothing on it.",
  dot: "It is only a dot.",
  scribble: "Its lines are too tangled.",
  several: "There seem to be several digits side by side.",
  unfamiliar: "It is unlike any digit seen so far.",
};

const REASONS_ZH: Record<NoDigitReason, string> = {
  empty: "没有内容。",
  dot: "只有一个点。",
  scribble: "线条过于杂乱。",
  several: "似乎并排写了多个数字。",
  unfamiliar: "与见过的数字都不像。",
};

export const drawWords = viewWords(
  {
    milliseconds: (figure: string) => `${figure} ms`,
    title: "Inkloop: draw a digit",
    skipToCanvas: "Skip to the drawing area",
    // The live version and the next training
    live: "live:",
    accuracyTitle: "Share of the 10,000 test digits that it reads right",
    nextTraining: (moment: When) => `next training ${whenEn(moment)}`,
    nextTrainingShort: (time: string) => `next training ${time}`,
    noTraining: "no training planned",
    trainingQueued: "training is about to start",
    trainingRunning: (phase: string, percent: number | null) =>
      `training: ${phase}${percent === null ? "" : ` ${percent} %`}`,
    firstTraining: (percent: number | null) =>
      `training the first model${percent === null ? "" : `, ${percent} %`}`,
    serverAway: "no connection to the server",
    // The drawing area
    canvas: "Drawing area",
    canvasKeys:
      "Arrow keys move the pen, Space puts it down and lifts it, Shift makes small steps. Enter confirms, a digit key corrects.",
    canvasHint: "Draw a digit, 0 to 9",
    penDown: "Pen down",
    penUp: "Pen up",
    penKeysDown: "Pen down: arrows draw, Space lifts it",
    penKeysUp: "Pen up: arrows move, Space puts it down",
    clear: "Clear",
    picture: "Picture",
    photo: "Photo",
    keys: "Keys",
    dropHere: "Drop the picture here",
    uploadedPicture: "The picture you chose",
    notAPicture: "That is not a picture. PNG, JPEG and WebP can be read.",
    // What the model says
    answer: "The answer",
    readAs: "Read as",
    whatTheModelSees: "What the model sees",
    inkEmpty: "empty",
    inkOf: (label: string) => `28 × 28 ink, ${label}`,
    sure: (percent: string) => `${percent} % sure`,
    orRather: (digit: number, percent: string) => `or a ${digit}: ${percent} %`,
    readAloud: (digit: number, percent: string) => `Read as ${digit}, ${percent} % sure`,
    notADigit: "That does not look like a digit",
    notADigitWhy: (reason: NoDigitReason | null) => (reason === null ? "" : REASONS_EN[reason]),
    labelAnyway: "You can still say what it is.",
    noModel: "No model yet",
    noModelYet: (percent: number | null) =>
      `The first one is being trained${percent === null ? "" : ` (${percent} %)`}. Say what you drew: it is kept for the first training.`,
    unreachable: "No connection",
    unreachableWhy: "Say what you drew: it waits in this browser until the connection is back.",
    refused: "That cannot be read",
    reading: "Reading …",
    probabilities: "How likely each digit is",
    probability: (digit: number, percent: string) => `${digit}: ${percent} %`,
    // Confirm or correct
    right: "Right?",
    confirm: (digit: number) => `Yes, it is a ${digit}`,
    confirmIdle: "Yes, it is",
    orItIs: "or it is a",
    itIs: "It is a",
    keys0To9: "keys 0–9",
    digitKey: (digit: Digit) => `It is a ${digit}`,
    digitKeys: "Which digit is it?",
    // Thanks, and the fate of the drawing
    thanks: "Thanks.",
    thanksSending: "Thanks. It is on its way.",
    thanksKept: "Thanks. No connection: it waits in this browser and is sent later.",
    thanksWaiting: (moment: When | null, nShort: number) => {
      const short =
        nShort > 0 ? `, if ${nOf(nShort, "more drawing comes", "more drawings come")} in` : "";
      if (moment === null) return "Thanks. It is in the next training; no time is set yet.";
      return `Thanks. It is in the next training, ${whenEn(moment)}${short}.`;
    },
    thanksWaitingFirst: "Thanks. It is in the training after the first model.",
    thanksExam: "Thanks. It is kept for the exam: no version learns from it, all are tested on it.",
    thanksChecking:
      "Thanks. It is being checked, since it looks unlike other drawings with this label.",
    thanksLearned: "Thanks. A version has learned from it.",
    notStored: (message: string) => `It could not be stored: ${message}`,
    droppedNotYours: "A drawing was not stored: its number belongs to another person's drawing.",
    droppedDeleted: "A drawing was not stored: it had been deleted.",
    memoryOnly: "This browser cannot store drawings: keep this page open until all are sent.",
    // What the new version learned
    newVersion: (version: number) => `Version ${version} is live`,
    learnedFigures: (version: number, right: number, n: number) =>
      `Version ${version} reads ${right} of your ${n}`,
    learnedBefore: (version: number, right: number) => `, version ${version} read ${right}`,
    learnedExam: (right: number, n: number, before: number | null) =>
      `Of the ${n} kept for the exam it reads ${right}${before === null ? "" : `, before ${before}`}.`,
    // Steps
    steps: "Steps",
    stepsTitle: "How long each step takes",
    stepName: (name: string) => STEPS_EN[name] ?? name.replaceAll("_", " "),
    step: "Step",
    last: "last",
    medianOf: (n: number) => `median of ${n}`,
    total: "Total",
    clearSteps: "Clear the times",
    noSteps: "Nothing read yet. Draw something.",
    // Your drawings
    yourDrawings: "Your drawings",
    yourData: "Your data",
    consent: "Confirming stores your strokes and the digit, to train the model.",
    consentMore: "What is stored?",
    nDrawings: (n: number) => String(n),
    inVersion: (n: number, version: number) => `${n} in version ${version}`,
    nLearned: (n: number) => `${n} learned`,
    nWait: (n: number) => (n === 1 ? "1 waits" : `${n} wait`),
    nExam: (n: number) => `${n} kept for the exam`,
    nChecking: (n: number) => `${n} being checked`,
    nUnsent: (n: number) => `${n} to be sent`,
    noneYet: "None yet. Drawings that you label appear here.",
    mineAway: "They cannot be loaded right now.",
    tile: (label: number, fate: string) => `Your ${label}, ${fate}`,
    fateInVersion: (version: number) => `in version ${version}`,
    unsent: "to be sent",
    unsentExplained: "It waits in this browser until the connection is back, and is sent once.",
    // One drawing
    yourDigit: (label: number) => `Your ${label}`,
    drawn: (moment: Ago) => (moment.kind === "just_now" ? "Just now" : moment.words),
    wasReadAs: (digit: number | null, version: number) =>
      digit === null
        ? `Version ${version} saw no digit in it.`
        : `Version ${version} read it as ${digit}.`,
    fateLearned: (version: number) => `It is in version ${version}.`,
    fateLearnedEarlier: (version: number) =>
      `Version ${version} learned from it. The live one did not.`,
    fateWaiting: (moment: When | null) =>
      moment === null
        ? "It waits for the next training."
        : `It waits for the next training, ${whenEn(moment)}.`,
    fateExam: "It is kept for the exam: no version learns from it, all are tested on it.",
    fateChecking: "It is being checked, since it looks unlike other drawings with this label.",
    fateRejected: "A reviewer rejected it. No version learns from it.",
    learnedBy: (versions: string, n: number) =>
      n === 1 ? `Version ${versions} learned from it.` : `Versions ${versions} learned from it.`,
    learnedByNone: "No version has learned from it yet.",
    really: (label: number) => `Really a ${label}?`,
    reallyYes: (label: number) => `Yes, it is really a ${label}`,
    changeLabel: "Change it to a",
    delete: "Delete",
    deleted: (label: number) => `The ${label} is deleted.`,
    deletedLearned: (label: number, versions: string) =>
      `The ${label} is deleted. Version ${versions} keeps what it learned until the next training.`,
    restored: "It is back.",
    relabelled: (label: number) => `It is a ${label} now.`,
    failed: (message: string) => `That did not work: ${message}`,
    // Keys
    keysTitle: "Everything by keyboard",
    keysList: [
      ["Enter", "yes, that is right"],
      ["0 – 9", "it is this digit"],
      ["Backspace", "undo the last stroke"],
      ["Esc", "clear"],
      ["D", "go to the drawing area"],
      ["← ↑ → ↓", "in the drawing area: move the pen; two together move it diagonally"],
      ["Home End PgUp PgDn", "in the drawing area: move diagonally"],
      ["Space", "in the drawing area: pen down, pen up"],
      ["Shift", "in the drawing area: with the arrows, small steps"],
      ["P", "choose a picture"],
      ["S", "steps"],
      ["?", "this list"],
    ] as readonly (readonly [string, string])[],
  },
  {
    milliseconds: (figure) => `${figure} 毫秒`,
    title: "Inkloop：写个数字",
    skipToCanvas: "跳到书写区",

    live: "当前：",
    accuracyTitle: "在 10,000 张测试图上的识别正确率",
    nextTraining: (moment) => `下次训练：${whenZh(moment)}`,
    nextTrainingShort: (time) => `下次训练 ${time}`,
    noTraining: "没有训练计划",
    trainingQueued: "即将开始训练",
    trainingRunning: (phase, percent) =>
      `训练中：${phase}${percent === null ? "" : ` ${percent}%`}`,
    firstTraining: (percent) => `正在训练首个模型${percent === null ? "" : `，${percent}%`}`,
    serverAway: "无法连接服务器",

    canvas: "书写区",
    canvasKeys: "方向键移动画笔，空格键落笔或抬笔，按住 Shift 微调。回车确认，数字键更正。",
    canvasHint: "在这里写一个数字（0–9）",
    penDown: "已落笔",
    penUp: "已抬笔",
    penKeysDown: "已落笔：方向键书写，空格键抬笔",
    penKeysUp: "已抬笔：方向键移动，空格键落笔",
    clear: "清空",
    picture: "图片",
    photo: "拍照",
    keys: "快捷键",
    dropHere: "将图片拖放到这里",
    uploadedPicture: "你选择的图片",
    notAPicture: "这不是图片。支持 PNG、JPEG 和 WebP。",

    answer: "识别结果",
    readAs: "识别为",
    whatTheModelSees: "模型看到的图像",
    inkEmpty: "空白",
    inkOf: (label) => `28 × 28 的图像，${label}`,
    sure: (percent) => `置信度 ${percent}%`,
    orRather: (digit, percent) => `也可能是 ${digit}：${percent}%`,
    readAloud: (digit, percent) => `识别为 ${digit}，置信度 ${percent}%`,
    notADigit: "看起来不像数字",
    notADigitWhy: (reason) => (reason === null ? "" : REASONS_ZH[reason]),
    labelAnyway: "你仍然可以选择它是哪个数字。",
    noModel: "还没有模型",
    noModelYet: (percent) =>
      `首个模型正在训练${percent === null ? "" : `（${percent}%）`}。可以先选择你写的数字，它会用于第一次训练。`,
    unreachable: "没有网络连接",
    unreachableWhy: "可以先选择你写的数字：它会保存在浏览器中，恢复连接后自动发送。",
    refused: "无法识别",
    reading: "识别中……",
    probabilities: "各数字的概率",
    probability: (digit, percent) => `${digit}：${percent}%`,

    right: "识别正确吗？",
    confirm: (digit) => `对，是 ${digit}`,
    confirmIdle: "对，识别正确",
    orItIs: "不对，应该是",
    itIs: "这是",
    keys0To9: "按键 0–9",
    digitKey: (digit: Digit) => `这是 ${digit}`,
    digitKeys: "这是哪个数字？",

    thanks: "谢谢。",
    thanksSending: "谢谢，正在发送。",
    thanksKept: "谢谢。现在没有网络，已保存在浏览器中，稍后自动发送。",
    thanksWaiting: (moment, nShort) => {
      if (moment === null) return "谢谢。它会用于下次训练，时间尚未确定。";
      const short = nShort > 0 ? `（还需要 ${nShort} 张新笔迹）` : "";
      return `谢谢。它会用于下次训练：${whenZh(moment)}${short}。`;
    },
    thanksWaitingFirst: "谢谢。它会用于首个模型之后的那次训练。",
    thanksExam: "谢谢。它留作考核：任何版本都不会用它训练，但都要用它考核。",
    thanksChecking: "谢谢。它与同一标签的其他笔迹差别较大，正在核对。",
    thanksLearned: "谢谢。它已经用于训练。",
    notStored: (message) => `保存失败：${message}`,
    droppedNotYours: "有一张笔迹未能保存：它的编号已被别人的笔迹使用。",
    droppedDeleted: "有一张笔迹未能保存：它已被删除。",
    memoryOnly: "这个浏览器无法保存笔迹：请等全部发送完再关闭页面。",

    newVersion: (version) => `版本 ${version} 已上线`,
    learnedFigures: (version, right, n) =>
      `版本 ${version} 正确识别了你 ${n} 张笔迹中的 ${right} 张`,
    learnedBefore: (version, right) => `，版本 ${version} 为 ${right} 张`,
    learnedExam: (right, n, before) =>
      `其中 ${n} 张考核笔迹识别对了 ${right} 张${before === null ? "" : `，之前为 ${before} 张`}。`,

    steps: "步骤",
    stepsTitle: "每一步的用时",
    stepName: (name) => STEPS_ZH[name] ?? name.replaceAll("_", " "),
    step: "步骤",
    last: "最近一次",
    medianOf: (n) => `${n} 次的中位数`,
    total: "合计",
    clearSteps: "清除用时",
    noSteps: "还没有识别记录，写一个数字试试。",

    yourDrawings: "你的笔迹",
    yourData: "你的数据",
    consent: "确认后会保存你的笔画和数字，用于训练模型。",
    consentMore: "保存了什么？",
    nDrawings: (n) => `${n} 张`,
    inVersion: (n, version) => `${n} 张已用于版本 ${version}`,
    nLearned: (n) => `${n} 张已用于训练`,
    nWait: (n) => `${n} 张等待训练`,
    nExam: (n) => `${n} 张留作考核`,
    nChecking: (n) => `${n} 张核对中`,
    nUnsent: (n) => `${n} 张待发送`,
    noneYet: "还没有笔迹。你写好并选择了数字的笔迹会显示在这里。",
    mineAway: "暂时无法加载。",
    tile: (label, fate) => `你写的 ${label}，${fate}`,
    fateInVersion: (version) => `已用于版本 ${version}`,
    unsent: "待发送",
    unsentExplained: "它保存在这个浏览器中，恢复连接后会发送，且只发送一次。",

    yourDigit: (label) => `你写的 ${label}`,
    drawn: (moment: Ago) => (moment.kind === "just_now" ? "刚刚" : moment.words),
    wasReadAs: (digit, version) =>
      digit === null ? `版本 ${version} 没有识别出数字。` : `版本 ${version} 当时识别为 ${digit}。`,
    fateLearned: (version) => `它已用于版本 ${version} 的训练。`,
    fateLearnedEarlier: (version) => `它用于版本 ${version} 的训练，但没有用于当前版本。`,
    fateWaiting: (moment) =>
      moment === null ? "它在等待下次训练。" : `它在等待下次训练：${whenZh(moment)}。`,
    fateExam: "它留作考核：任何版本都不会用它训练，但都要用它考核。",
    fateChecking: "它与同一标签的其他笔迹差别较大，正在核对。",
    fateRejected: "审核员没有采用它，任何版本都不会用它训练。",
    learnedBy: (versions) => `用它训练过的版本：${versions}。`,
    learnedByNone: "还没有版本用它训练过。",
    really: (label) => `这真的是 ${label} 吗？`,
    reallyYes: (label) => `是的，就是 ${label}`,
    changeLabel: "改为",
    delete: "删除",
    deleted: (label) => `已删除这个 ${label}。`,
    deletedLearned: (label, versions) =>
      `已删除这个 ${label}。版本 ${versions} 学到的内容会保留到下次训练。`,
    restored: "已恢复。",
    relabelled: (label) => `已改为 ${label}。`,
    failed: (message) => `操作失败：${message}`,

    keysTitle: "全部操作都可以用键盘完成",
    keysList: [
      ["Enter", "识别正确"],
      ["0 – 9", "应该是这个数字"],
      ["Backspace", "撤销上一笔"],
      ["Esc", "清空"],
      ["D", "进入书写区"],
      ["← ↑ → ↓", "在书写区：移动画笔，同时按两个键走斜线"],
      ["Home End PgUp PgDn", "在书写区：走斜线"],
      ["Space", "在书写区：落笔、抬笔"],
      ["Shift", "在书写区：与方向键一起微调"],
      ["P", "选择图片"],
      ["S", "步骤"],
      ["?", "显示这张表"],
    ],
  },
);
