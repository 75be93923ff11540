/** Words of the map. */

import { viewWords } from "../../shared/language";
import type { MapPoint } from "./points";
import type { Colouring, MapFilter } from "./query";

function en(n: number, one: string, many: string): string {
  return `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
}

const COLOURINGS_EN: Record<Colouring, string> = {
  digit: "Label",
  agreement: "Agreement",
  source: "Source",
};
const COLOURINGS_ZH: Record<Colouring, string> = {
  digit: "标签",
  agreement: "是否一致",
  source: "来源",
};
const SOURCES_EN: Record<MapFilter["source"], string> = {
  all: "Drawings and MNIST",
  drawing: "Drawings alone",
  mnist: "MNIST alone",
};
const SOURCES_ZH: Record<MapFilter["source"], string> = {
  all: "笔迹和 MNIST",
  drawing: "仅笔迹",
  mnist: "仅 MNIST",
};
const ONLY_EN: Record<MapFilter["only"], string> = {
  all: "All points",
  misread: "Read as another digit",
  strays: "Among another digit",
};
const ONLY_ZH: Record<MapFilter["only"], string> = {
  all: "全部的点",
  misread: "识别与标签不一致",
  strays: "落在其他数字的区域",
};

const FAILURES_EN: Readonly<Record<string, string>> = {
  too_few:
    "a map needs at least 10 points: run `inkloop data fetch`, or draw some digits, then request the map again",
  disk: "the disk is full: free some space, then request the map again",
  model_file:
    "the version's file is missing or changed: `inkloop models verify` names it. Roll back, or restore a backup",
  died: "the process that made the map died, perhaps for lack of memory: look in the trainer's log, then request the map again",
  unexpected:
    "the database was busy, or an unexpected error occurred: look in the trainer's log, then request the map again",
};
const FAILURES_ZH: Readonly<Record<string, string>> = {
  too_few: "分布图至少需要 10 个点：请运行 inkloop data fetch，或先写几个数字，再重新生成",
  disk: "磁盘已满：请先腾出空间，再重新生成",
  model_file:
    "该版本的文件缺失或被改动：inkloop models verify 会指出是哪个。请回退版本，或恢复备份",
  died: "生成分布图的进程中途退出，可能是内存不足：请查看训练进程的日志，再重新生成",
  unexpected: "数据库繁忙，或发生了意外错误：请查看训练进程的日志，再重新生成",
};

function whatEn({ id, index, label }: MapPoint): string {
  return id === null
    ? `MNIST test image ${index ?? ""}, a ${label}`
    : `A drawing labelled ${label}`;
}

function whatZh({ id, index, label }: MapPoint): string {
  return id === null ? `MNIST 测试图 ${index ?? ""}，${label}` : `笔迹，标签 ${label}`;
}

export const mapWords = viewWords(
  {
    sentenceGap: " ",
    lead: (nDrawings: number, nStrays: number) =>
      nStrays === 0
        ? `All ${nDrawings.toLocaleString("en")} drawings on the map lie among their own digit.`
        : `Of ${nDrawings.toLocaleString("en")} drawings on the map, ${nStrays.toLocaleString("en")} ${
            nStrays === 1 ? "lies" : "lie"
          } among another digit.`,
    leadOnlyMnist: "Only MNIST is on the map so far.",
    leadNone: "There is no map yet.",
    facts: (version: number, ago: string, nMnist: number, nDrawings: number) =>
      `What version ${version} sees in ${en(nMnist, "MNIST test image", "MNIST test images")} and ${en(nDrawings, "drawing", "drawings")}. Made ${ago}.`,
    notLive: (version: number) => `Version ${version} is live now.`,
    since: (n: number) =>
      n === 1
        ? "1 drawing that came since is not on it."
        : `${n.toLocaleString("en")} drawings that came since are not on it.`,
    explained:
      "Points that the network finds alike lie together. Where a label and its neighbours disagree, one of them may be wrong.",
    version: "Version",
    versionChoice: (version: number, isLive: boolean) =>
      isLive ? `${version}, live` : String(version),
    noVersion: "No version is live yet. The first map is made after the first training.",
    waiting:
      "The trainer makes it as soon as it has no run to do. If it does not appear, check that the trainer is running.",
    making: { read: "The drawings are being read", place: "The points are being placed" },
    makingFor: (what: string, seconds: number, last: number | null) =>
      last === null
        ? `${what}, for ${seconds} s so far.`
        : `${what}, for ${seconds} s so far; the last map took ${Math.round(last)} s.`,
    makingAgain: "A new map is being made; this one stays until then.",
    failed: "The map could not be made",
    /** `message` is the server's, for a kind that this page does not know yet. */
    failure: (kind: string | null, message: string) => FAILURES_EN[kind ?? ""] ?? message,
    again: "Make it again",
    againDone: "Asked for. It takes some seconds.",
    colourBy: "Colour",
    colouring: (colour: Colouring) => COLOURINGS_EN[colour],
    show: "Show",
    points: "Points",
    sourceChoice: (source: MapFilter["source"]) => SOURCES_EN[source],
    onlyChoice: (only: MapFilter["only"]) => ONLY_EN[only],
    digits: "Digits",
    digitButton: (digit: number, n: number) => `${digit}: ${en(n, "point", "points")}`,
    reset: "Show everything",
    keyDrawing: "drawing",
    keyMnist: "MNIST",
    keyWrong: "read as another digit",
    nothingShown: "No point fits these filters.",
    mapLabel: (n: number) => `Map of ${en(n, "point", "points")}`,
    keys: "Arrow keys go to the nearest point, with Shift they move the map; + and − zoom, 0 shows all, Enter opens.",
    zoomIn: "Zoom in",
    zoomOut: "Zoom out",
    zoomWhole: "Show the whole map",
    pointTitle: "The point in focus",
    noPoint:
      "Point at a dot, or select the map and press an arrow key. Zoomed in, the dots show the drawings.",
    what: whatEn,
    readAs: (version: number, predicted: number) => `Version ${version} reads ${predicted}`,
    among: (near: number) => `Most neighbours are labelled ${near}`,
    said: (point: MapPoint, version: number) =>
      `${whatEn(point)}; version ${version} reads ${point.predicted}; most neighbours are labelled ${point.nearLabel}`,
    open: "Open this drawing",
    straysTitle: (n: number) =>
      n === 1 ? "Lies among another digit" : `The ${n} that lie furthest among other digits`,
    straysNone: "None of what is shown lies among another digit.",
    stray: (label: number, near: number) => `${label} among ${near}s`,
    showOnMap: "Show on the map",
    byDigit: "Digit by digit",
    digit: "Digit",
    nPoints: "Shown",
    nMisread: "Read as another",
    nStrays: "Among others",
    inGallery: "In Drawings",
    doubtful: (digit: number) => `Doubtful ${digit}s`,
  },
  {
    sentenceGap: "",
    lead: (nDrawings, nStrays) =>
      nStrays === 0
        ? `图上 ${nDrawings} 张笔迹都位于各自数字的区域内。`
        : `图上 ${nDrawings} 张笔迹中，有 ${nStrays} 张落在其他数字的区域内。`,
    leadOnlyMnist: "目前图上只有 MNIST。",
    leadNone: "还没有分布图。",
    facts: (version, ago, nMnist, nDrawings) =>
      `版本 ${version} 对 ${nMnist} 张 MNIST 测试图和 ${nDrawings} 张笔迹的分布，生成于${ago}。`,
    notLive: (version) => `当前上线的是版本 ${version}。`,
    since: (n) => `此后新增的 ${n} 张不在图上。`,
    explained: "网络认为相似的点彼此靠近。标签与邻近点不一致时，其中可能有错误。",
    version: "版本",
    versionChoice: (version, isLive) => (isLive ? `版本 ${version}（上线中）` : `版本 ${version}`),
    noVersion: "还没有上线版本。首次训练之后会生成第一张分布图。",
    waiting: "训练进程空闲时会生成。如果一直没有生成，请检查训练进程是否在运行。",
    making: { read: "正在读取笔迹", place: "正在计算各点的位置" },
    makingFor: (what, seconds, last) =>
      last === null
        ? `${what}，已用时 ${seconds} 秒。`
        : `${what}，已用时 ${seconds} 秒；上一张用了 ${Math.round(last)} 秒。`,
    makingAgain: "正在生成新的分布图，完成之前显示这一张。",
    failed: "分布图生成失败",
    failure: (kind, message) => FAILURES_ZH[kind ?? ""] ?? message,
    again: "重新生成",
    againDone: "已提交，需要几秒钟。",
    colourBy: "颜色",
    colouring: (colour) => COLOURINGS_ZH[colour],
    show: "来源",
    points: "范围",
    sourceChoice: (source) => SOURCES_ZH[source],
    onlyChoice: (only) => ONLY_ZH[only],
    digits: "数字",
    digitButton: (digit, n) => `${digit}：${n} 个点`,
    reset: "显示全部",
    keyDrawing: "笔迹",
    keyMnist: "MNIST",
    keyWrong: "识别与标签不一致",
    nothingShown: "没有符合条件的点。",
    mapLabel: (n) => `${n} 个点的分布图`,
    keys: "方向键跳到最近的点，按住 Shift 移动视图；+ 和 − 缩放，0 显示全部，回车打开。",
    zoomIn: "放大",
    zoomOut: "缩小",
    zoomWhole: "显示整张图",
    pointTitle: "当前的点",
    noPoint: "指向一个点，或选中分布图后按方向键。放大后，每个点会显示为笔迹图像。",
    what: whatZh,
    readAs: (version, predicted) => `版本 ${version} 识别为 ${predicted}`,
    among: (near) => `邻近点的标签多为 ${near}`,
    said: (point, version) =>
      `${whatZh(point)}；版本 ${version} 识别为 ${point.predicted}；邻近点的标签多为 ${point.nearLabel}`,
    open: "打开这张笔迹",
    straysTitle: (n) => (n === 1 ? "落在其他数字区域内" : `偏离最远的 ${n} 张`),
    straysNone: "显示的点都位于各自数字的区域内。",
    stray: (label, near) => `${label} 落在 ${near} 的区域`,
    showOnMap: "在图上显示",
    byDigit: "按数字",
    digit: "数字",
    nPoints: "显示",
    nMisread: "识别不一致",
    nStrays: "落在其他区域",
    inGallery: "在笔迹页查看",
    doubtful: (digit) => `可疑的 ${digit}`,
  },
);
