/** Words of the map. */

import type { MapPoint } from "./points";
import type { Colouring, MapFilter } from "./query";
import { viewWords } from "../../shared/language";

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
  drawing: "只看笔迹",
  mnist: "只看 MNIST",
};
const ONLY_EN: Record<MapFilter["only"], string> = {
  all: "All points",
  misread: "Read as another digit",
  strays: "Among another digit's",
};
const ONLY_ZH: Record<MapFilter["only"], string> = {
  all: "全部的点",
  misread: "认成别的数字",
  strays: "落在别的数字堆里",
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
  too_few: "地图至少要有 10 个点：请运行 inkloop data fetch，或先写几个数字，再重新绘制",
  disk: "磁盘已满：请先腾出空间，再重新绘制",
  model_file:
    "这一版的文件缺失或被改动：inkloop models verify 会指出是哪个。请退回上一版，或恢复备份",
  died: "绘制地图的进程中途退出，可能是内存不足：请查看训练程序的日志，再重新绘制",
  unexpected: "数据库正忙，或发生了意外错误：请查看训练程序的日志，再重新绘制",
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
        ? `All ${nDrawings.toLocaleString("en")} drawings on the map lie among their own digit's.`
        : `Of ${nDrawings.toLocaleString("en")} drawings on the map, ${nStrays.toLocaleString("en")} ${
            nStrays === 1 ? "lies" : "lie"
          } among another digit's.`,
    leadOnlyMnist: "Only MNIST is on the map so far.",
    leadNone: "There is no map yet.",
    facts: (version: number, ago: string, nMnist: number, nDrawings: number) =>
      `What version ${version} sees in ${en(nMnist, "MNIST test image", "MNIST test images")} and ${en(nDrawings, "drawing", "drawings")}. Made ${ago}.`,
    notLive: (version: number) => `Version ${version} is live by now.`,
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
      "The trainer makes it as soon as it has no run to do. If it does not come, see whether the trainer is up.",
    making: { read: "The drawings are being read", place: "Each point gets its place" },
    makingFor: (what: string, seconds: number, last: number | null) =>
      last === null
        ? `${what}, for ${seconds} s so far.`
        : `${what}, for ${seconds} s so far; the last map took ${Math.round(last)} s.`,
    makingAnew: "A new map is being made; this one stays until then.",
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
      "Point at a dot, or choose the map and press an arrow key. From near, the dots are the inks themselves.",
    what: whatEn,
    readAs: (version: number, predicted: number) => `Version ${version} reads ${predicted}`,
    among: (near: number) => `Most neighbours are labelled ${near}`,
    said: (point: MapPoint, version: number) =>
      `${whatEn(point)}; version ${version} reads ${point.predicted}; most neighbours are labelled ${point.nearLabel}`,
    open: "Open this drawing",
    straysTitle: (n: number) =>
      n === 1 ? "Lies among another digit's" : `The ${n} that lie furthest among others`,
    straysNone: "None of what is shown lies among another digit's.",
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
        ? `地图上 ${nDrawings} 张笔迹都在各自的数字堆里。`
        : `地图上 ${nDrawings} 张笔迹，有 ${nStrays} 张落在别的数字堆里。`,
    leadOnlyMnist: "地图上暂时只有 MNIST。",
    leadNone: "还没有地图。",
    facts: (version, ago, nMnist, nDrawings) =>
      `第 ${version} 版眼中的 ${nMnist} 张 MNIST 测试图和 ${nDrawings} 张笔迹，${ago}绘成。`,
    notLive: (version) => `现在上线的是第 ${version} 版。`,
    since: (n) => `此后新来的 ${n} 张还不在地图上。`,
    explained: "网络觉得相像的点会挨在一起。哪里的标签和邻居对不上，哪里就可能有错。",
    version: "版本",
    versionChoice: (version, isLive) => (isLive ? `第 ${version} 版，上线中` : `第 ${version} 版`),
    noVersion: "还没有上线的版本。第一次训练之后才有第一张地图。",
    waiting: "训练进程一空下来就会画。如果迟迟不来，请看看训练进程是否在运行。",
    making: { read: "正在读取笔迹", place: "正在给每个点找位置" },
    makingFor: (what, seconds, last) =>
      last === null
        ? `${what}，已用 ${seconds} 秒。`
        : `${what}，已用 ${seconds} 秒；上一张地图用了 ${Math.round(last)} 秒。`,
    makingAnew: "新地图正在绘制，画好之前先看这一张。",
    failed: "地图没有画成",
    failure: (kind, message) => FAILURES_ZH[kind ?? ""] ?? message,
    again: "重新绘制",
    againDone: "已经安排，需要几秒。",
    colourBy: "颜色",
    colouring: (colour) => COLOURINGS_ZH[colour],
    show: "来源",
    points: "范围",
    sourceChoice: (source) => SOURCES_ZH[source],
    onlyChoice: (only) => ONLY_ZH[only],
    digits: "数字",
    digitButton: (digit, n) => `${digit}：${n} 个点`,
    reset: "全部显示",
    keyDrawing: "笔迹",
    keyMnist: "MNIST",
    keyWrong: "认成别的数字",
    nothingShown: "没有符合条件的点。",
    mapLabel: (n) => `${n} 个点的地图`,
    keys: "方向键跳到最近的点，加 Shift 移动地图；+ 和 − 缩放，0 看全部，回车打开。",
    zoomIn: "放大",
    zoomOut: "缩小",
    zoomWhole: "看整张地图",
    pointTitle: "当前的点",
    noPoint: "指向一个点，或选中地图后按方向键。放大后，点就变成字迹本身。",
    what: whatZh,
    readAs: (version, predicted) => `第 ${version} 版认作 ${predicted}`,
    among: (near) => `邻居多数标为 ${near}`,
    said: (point, version) =>
      `${whatZh(point)}；第 ${version} 版认作 ${point.predicted}；邻居多数标为 ${point.nearLabel}`,
    open: "打开这张笔迹",
    straysTitle: (n) => (n === 1 ? "落在别的数字堆里的" : `在别的数字堆里陷得最深的 ${n} 个`),
    straysNone: "显示的点都在各自的数字堆里。",
    stray: (label, near) => `${label} 在 ${near} 堆里`,
    showOnMap: "在地图上显示",
    byDigit: "逐个数字",
    digit: "数字",
    nPoints: "显示",
    nMisread: "认成别的",
    nStrays: "在别的堆里",
    inGallery: "笔迹页",
    doubtful: (digit) => `可疑的 ${digit}`,
  },
);
