/** Words of the review. */

import { viewWords } from "../../shared/language";

const many = (n: number, isExact: boolean, tag: string): string =>
  `${n.toLocaleString(tag)}${isExact ? "" : "+"}`;

export const reviewWords = viewWords(
  {
    title: "Review",

    lead: (nQuarantined: number, nLeft: number, isExact: boolean) => {
      const wait = `${many(nLeft, isExact, "en")} ${nLeft === 1 ? "drawing waits" : "drawings wait"} for a look`;
      if (nQuarantined === 0) return `${wait}, the most doubtful first.`;
      return `${wait}, ${nQuarantined} in quarantine first.`;
    },
    leadNone: "Nothing waits for a look.",
    none: "Every drawing has been reviewed. New ones show up here by themselves.",
    noneFree: "All that wait are before other reviewers. What they leave shows up here by itself.",
    lookAgain: "Look again",
    doneToday: (n: number) => `${n} done today`,
    left: (n: number, isExact: boolean) => `${many(n, isExact, "en")} left`,
    away: "There is no connection to the server. It is tried again by itself.",
    notSent: "That was not sent: no connection. The drawing is before you again.",
    mode: "How many at once",
    single: "One",
    grid: "Grid of 20",
    labelled: "Labelled",
    read: "The model reads",
    sure: (percent: string) => `${percent} % sure`,
    nothingRead: "no version yet",
    quarantined: (label: number, read: number | null) =>
      read === null || read === label
        ? `In quarantine: it is unlike other ${label}s.`
        : `In quarantine: the model reads ${read}, its contributor says ${label}.`,
    disagrees: (label: number, read: number) =>
      `The model reads ${read}, its contributor says ${label}.`,
    unsure: (first: number, second: number) => `The model wavers between ${first} and ${second}.`,
    sample: "Drawn by lot, so that what the model is wrongly sure of turns up too.",
    accept: (label: number) => `Yes, it is a ${label}`,
    orItIs: "or it is a",
    digitKeys: "Which digit is it?",
    digitKey: (digit: number) => `It is a ${digit}`,
    reject: "Reject",
    undo: "Undo",
    acceptRest: (n: number) => `Accept the other ${n}`,
    nextUp: "Next",
    keys: "Keys: Enter accepts, 0–9 relabels, X rejects, U undoes.",
    gridKeys:
      "Keys: arrows move, Enter accepts, 0–9 relabels, X rejects, U undoes, Shift+Enter accepts the rest.",
    tiles: "Drawings to review",
    tile: (label: number, why: string) => `Labelled ${label}. ${why}`,
    saidAccepted: (label: number) => `Accepted as ${label}.`,
    saidRelabelled: (label: number) => `It is a ${label} now.`,
    saidRejected: (label: number) => `The ${label} is rejected.`,
    saidUndone: (label: number) => `Taken back: the ${label} is before you again.`,
    inkOf: (label: number) => `Ink, labelled ${label}`,
  },
  {
    title: "审核",

    lead: (nQuarantined, nLeft, isExact) =>
      nQuarantined === 0
        ? `有 ${many(nLeft, isExact, "zh-CN")} 张等着看，最可疑的排在前面。`
        : `有 ${many(nLeft, isExact, "zh-CN")} 张等着看，先看隔离中的 ${nQuarantined} 张。`,
    leadNone: "没有等着看的。",
    none: "所有笔迹都审核过了。有新的会自动出现在这里。",
    noneFree: "剩下的都在别的审核员手里，他们放下的会自动出现在这里。",
    lookAgain: "再看看",
    doneToday: (n) => `今天已审 ${n} 张`,
    left: (n, isExact) => `还剩 ${many(n, isExact, "zh-CN")} 张`,
    away: "连不上服务器，会自动重试。",
    notSent: "没有发出去：连不上服务器。这张又回到您面前了。",
    mode: "一次看几张",
    single: "一张",
    grid: "一屏 20 张",
    labelled: "标签",
    read: "模型认作",
    sure: (percent) => `把握 ${percent}%`,
    nothingRead: "还没有版本",
    quarantined: (label, read) =>
      read === null || read === label
        ? `隔离中：和别的 ${label} 不太像。`
        : `隔离中：模型认作 ${read}，作者说是 ${label}。`,
    disagrees: (label, read) => `模型认作 ${read}，作者说是 ${label}。`,
    unsure: (first, second) => `模型在 ${first} 和 ${second} 之间拿不定。`,
    sample: "随机抽到的：模型错得很有把握的，也能这样被看到。",
    accept: (label) => `对，是 ${label}`,
    orItIs: "或者是",
    digitKeys: "这是哪个数字？",
    digitKey: (digit) => `是 ${digit}`,
    reject: "不采用",
    undo: "撤销",
    acceptRest: (n) => `其余 ${n} 张都采用`,
    nextUp: "接下来",
    keys: "按键：Enter 采用，0–9 改标签，X 不采用，U 撤销。",
    gridKeys:
      "按键：方向键移动，Enter 采用，0–9 改标签，X 不采用，U 撤销，Shift+Enter 其余全部采用。",
    tiles: "要审核的笔迹",
    tile: (label, why) => `标签 ${label}。${why}`,
    saidAccepted: (label) => `已采用：${label}。`,
    saidRelabelled: (label) => `已改为 ${label}。`,
    saidRejected: (label) => `没有采用这个 ${label}。`,
    saidUndone: (label) => `已撤销：这个 ${label} 又回到您面前了。`,
    inkOf: (label) => `笔迹，标签 ${label}`,
  },
);
