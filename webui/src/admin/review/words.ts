/** Words of the review. */

import { viewWords } from "../../shared/language";

const many = (n: number, isExact: boolean, tag: string): string =>
  `${n.toLocaleString(tag)}${isExact ? "" : "+"}`;

export const reviewWords = viewWords(
  {
    title: "Review",

    lead: (nQuarantined: number, nLeft: number, isExact: boolean) => {
      const wait = `${many(nLeft, isExact, "en")} ${nLeft === 1 ? "drawing waits" : "drawings wait"} for review`;
      if (nQuarantined === 0) return `${wait}, the most doubtful first.`;
      return `${wait}, ${nQuarantined} in quarantine first.`;
    },
    leadNone: "Nothing waits for review.",
    none: "Every drawing has been reviewed. New ones appear here automatically.",
    noneFree:
      "Other reviewers have all the rest. What they leave undecided appears here automatically.",
    lookAgain: "Refresh",
    doneToday: (n: number) => `${n} done today`,
    left: (n: number, isExact: boolean) => `${many(n, isExact, "en")} left`,
    away: "No connection to the server. Trying again automatically.",
    notSent: "That was not sent: no connection. The drawing is in your queue again.",
    mode: "How many at once",
    single: "One",
    grid: "Grid of 20",
    labelled: "Labelled",
    read: "The model reads",
    sure: (percent: string) => `${percent} % sure`,
    nothingRead: "no version yet",
    quarantined: (label: number, read: number | null) =>
      read === null || read === label
        ? `In quarantine: it looks unlike other drawings labelled ${label}.`
        : `In quarantine: the model reads ${read}, its contributor says ${label}.`,
    disagrees: (label: number, read: number) =>
      `The model reads ${read}, its contributor says ${label}.`,
    unsure: (first: number, second: number) =>
      `The model is unsure between ${first} and ${second}.`,
    sample: "Random sample: it finds drawings that the model misreads with high certainty.",
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
    saidUndone: (label: number) => `Undone: the ${label} is in your queue again.`,
    inkOf: (label: number) => `Ink, labelled ${label}`,
  },
  {
    title: "审核",
    lead: (nQuarantined, nLeft, isExact) =>
      nQuarantined === 0
        ? `${many(nLeft, isExact, "zh-CN")} 张待审核，最可疑的排在前面。`
        : `${many(nLeft, isExact, "zh-CN")} 张待审核，其中 ${nQuarantined} 张待核对，排在最前。`,
    leadNone: "没有待审核的笔迹。",
    none: "所有笔迹都已审核。新的笔迹会自动出现在这里。",
    noneFree: "剩余的笔迹正由其他审核员处理，他们未处理的会自动出现在这里。",
    lookAgain: "刷新",
    doneToday: (n) => `今天已审核 ${n} 张`,
    left: (n, isExact) => `剩余 ${many(n, isExact, "zh-CN")} 张`,
    away: "无法连接服务器，正在自动重试。",
    notSent: "未能发送：没有网络连接。这张笔迹已回到待审核。",
    mode: "每次显示",
    single: "1 张",
    grid: "20 张",
    labelled: "标签",
    read: "模型识别为",
    sure: (percent) => `置信度 ${percent}%`,
    nothingRead: "还没有版本",
    quarantined: (label, read) =>
      read === null || read === label
        ? `待核对：与其他标签为 ${label} 的笔迹差别较大。`
        : `待核对：模型识别为 ${read}，贡献者标为 ${label}。`,
    disagrees: (label, read) => `模型识别为 ${read}，贡献者标为 ${label}。`,
    unsure: (first, second) => `模型在 ${first} 和 ${second} 之间难以确定。`,
    sample: "随机抽查：用于发现模型置信度高但识别错误的笔迹。",
    accept: (label) => `对，是 ${label}`,
    orItIs: "应该是",
    digitKeys: "这是哪个数字？",
    digitKey: (digit) => `是 ${digit}`,
    reject: "不采用",
    undo: "撤销",
    acceptRest: (n) => `采用其余 ${n} 张`,
    nextUp: "接下来",
    keys: "快捷键：Enter 采用，0–9 更改标签，X 不采用，U 撤销。",
    gridKeys:
      "快捷键：方向键移动，Enter 采用，0–9 更改标签，X 不采用，U 撤销，Shift+Enter 采用其余全部。",
    tiles: "待审核的笔迹",
    tile: (label, why) => `标签 ${label}。${why}`,
    saidAccepted: (label) => `已采用，标签 ${label}。`,
    saidRelabelled: (label) => `标签已改为 ${label}。`,
    saidRejected: (label) => `没有采用这张 ${label}。`,
    saidUndone: (label) => `已撤销：这张 ${label} 回到待审核。`,
    inkOf: (label) => `笔迹，标签 ${label}`,
  },
);
