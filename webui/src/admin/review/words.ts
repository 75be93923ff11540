/** Words of the review. */

import { viewWords } from "../../shared/language";

const many = (n: number, is_exact: boolean, tag: string): string =>
  `${n.toLocaleString(tag)}${is_exact ? "" : "+"}`;

export const review_words = viewWords(
  {
    title: "Review",

    lead: (n_quarantined: number, n_left: number, is_exact: boolean) => {
      const wait = `${many(n_left, is_exact, "en")} ${n_left === 1 ? "drawing waits" : "drawings wait"} for a look`;
      if (n_quarantined === 0) return `${wait}, the most doubtful first.`;
      return `${wait}, ${n_quarantined} in quarantine first.`;
    },
    lead_none: "Nothing waits for a look.",
    none: "Every drawing has been reviewed. New ones show up here by themselves.",
    none_free: "All that wait are before other reviewers. What they leave shows up here by itself.",
    look_again: "Look again",
    done_today: (n: number) => `${n} done today`,
    left: (n: number, is_exact: boolean) => `${many(n, is_exact, "en")} left`,
    away: "There is no connection to the server. It is tried again by itself.",
    not_sent: "That was not sent: no connection. The drawing is before you again.",
    mode: "How many at once",
    single: "One",
    grid: "Grid of 20",
    labelled: "Labelled",
    read: "The model reads",
    sure: (percent: string) => `${percent} % sure`,
    nothing_read: "no version yet",
    quarantined: (label: number, read: number | null) =>
      read === null || read === label
        ? `In quarantine: it is unlike other ${label}s.`
        : `In quarantine: the model reads ${read}, its contributor says ${label}.`,
    disagrees: (label: number, read: number) =>
      `The model reads ${read}, its contributor says ${label}.`,
    unsure: (first: number, second: number) => `The model wavers between ${first} and ${second}.`,
    sample: "Drawn by lot, so that what the model is wrongly sure of turns up too.",
    accept: (label: number) => `Yes, it is a ${label}`,
    or_it_is: "or it is a",
    digit_keys: "Which digit is it?",
    digit_key: (digit: number) => `It is a ${digit}`,
    reject: "Reject",
    undo: "Undo",
    accept_rest: (n: number) => `Accept the other ${n}`,
    next_up: "Next",
    keys: "Keys: Enter accepts, 0–9 relabels, X rejects, U undoes.",
    grid_keys:
      "Keys: arrows move, Enter accepts, 0–9 relabels, X rejects, U undoes, Shift+Enter accepts the rest.",
    tiles: "Drawings to review",
    tile: (label: number, why: string) => `Labelled ${label}. ${why}`,
    said_accepted: (label: number) => `Accepted as ${label}.`,
    said_relabelled: (label: number) => `It is a ${label} now.`,
    said_rejected: (label: number) => `The ${label} is rejected.`,
    said_undone: (label: number) => `Taken back: the ${label} is before you again.`,
    ink_of: (label: number) => `Ink, labelled ${label}`,
  },
  {
    title: "审核",

    lead: (n_quarantined, n_left, is_exact) =>
      n_quarantined === 0
        ? `有 ${many(n_left, is_exact, "zh-CN")} 张等着看，最可疑的排在前面。`
        : `有 ${many(n_left, is_exact, "zh-CN")} 张等着看，先看隔离中的 ${n_quarantined} 张。`,
    lead_none: "没有等着看的。",
    none: "所有笔迹都审核过了。有新的会自动出现在这里。",
    none_free: "剩下的都在别的审核员手里，他们放下的会自动出现在这里。",
    look_again: "再看看",
    done_today: (n) => `今天已审 ${n} 张`,
    left: (n, is_exact) => `还剩 ${many(n, is_exact, "zh-CN")} 张`,
    away: "连不上服务器，会自动重试。",
    not_sent: "没有发出去：连不上服务器。这张又回到您面前了。",
    mode: "一次看几张",
    single: "一张",
    grid: "一屏 20 张",
    labelled: "标签",
    read: "模型认作",
    sure: (percent) => `把握 ${percent}%`,
    nothing_read: "还没有版本",
    quarantined: (label, read) =>
      read === null || read === label
        ? `隔离中：和别的 ${label} 不太像。`
        : `隔离中：模型认作 ${read}，作者说是 ${label}。`,
    disagrees: (label, read) => `模型认作 ${read}，作者说是 ${label}。`,
    unsure: (first, second) => `模型在 ${first} 和 ${second} 之间拿不定。`,
    sample: "随机抽到的：模型错得很有把握的，也能这样被看到。",
    accept: (label) => `对，是 ${label}`,
    or_it_is: "或者是",
    digit_keys: "这是哪个数字？",
    digit_key: (digit) => `是 ${digit}`,
    reject: "不采用",
    undo: "撤销",
    accept_rest: (n) => `其余 ${n} 张都采用`,
    next_up: "接下来",
    keys: "按键：Enter 采用，0–9 改标签，X 不采用，U 撤销。",
    grid_keys:
      "按键：方向键移动，Enter 采用，0–9 改标签，X 不采用，U 撤销，Shift+Enter 其余全部采用。",
    tiles: "要审核的笔迹",
    tile: (label, why) => `标签 ${label}。${why}`,
    said_accepted: (label) => `已采用：${label}。`,
    said_relabelled: (label) => `已改为 ${label}。`,
    said_rejected: (label) => `没有采用这个 ${label}。`,
    said_undone: (label) => `已撤销：这个 ${label} 又回到您面前了。`,
    ink_of: (label) => `笔迹，标签 ${label}`,
  },
);
