/** Words of data in and out. */

import type { Format, TransferStatus } from "./calls";
import { viewWords } from "../../shared/language";

const n_en = new Intl.NumberFormat("en");
const n_zh = new Intl.NumberFormat("zh-CN");
const drawings = (n: number) => `${n_en.format(n)} ${n === 1 ? "drawing" : "drawings"}`;

export const data_words = viewWords(
  {
    lead_idle: "Take drawings out, or bring some in",
    lead_moving: (n: number) =>
      n === 1 ? "One transfer is on its way" : `${n} transfers are on their way`,
    lead_ready: "A file has been checked and waits for your word",

    export: "Export",
    export_explained:
      "Deleted drawings are never in it. Whoever gets the file has what people drew: pass it on with care.",
    format: "Format",
    format_name: (format: Format) =>
      ({
        parquet: "Parquet, everything",
        npz: "NumPy (NPZ)",
        idx: "IDX, as MNIST",
        png: "Pictures (PNG)",
        "label-studio": "Label Studio (JSON)",
      })[format],
    format_explained: (format: Format) =>
      ({
        parquet:
          "Strokes, pictures, ink, all labels, splits, statuses and times. It imports again without loss.",
        npz: "Two arrays: ink (N, 28, 28) and label (N).",
        idx: "A zip of two files, read by whatever reads MNIST.",
        png: "A zip of folders 0 to 9, and a table of what is in them.",
        "label-studio": "Tasks with their pictures inside, labelled.",
      })[format],
    label: "Label",
    status: "Status",
    split: "What it is for",
    source: "How it came",
    since: "From day",
    until: "To day",
    any: "any",
    choice: (name: string) =>
      ({
        accepted: "accepted",
        quarantined: "being checked",
        rejected: "rejected",
        train: "lessons",
        holdout_known: "exam, known hands",
        holdout_new: "exam, new hands",
        drawn: "drawn",
        uploaded: "uploaded",
        imported: "imported",
      })[name] ?? name,
    also: (filters: string) => `Also only: ${filters}`,
    clear: "Clear all filters",
    estimate: (n: number, is_exact: boolean, size: string) =>
      `${is_exact ? drawings(n) : `over ${drawings(n)}`}, about ${size}`,
    estimate_none: "No drawing fits these filters",
    download: "Export",

    import: "Import",
    import_explained:
      "Parquet, NPZ, zips of IDX files or of pictures in folders 0 to 9, Label Studio's JSON, CSV. The file is checked whole before anything is stored.",
    import_admins: "Administrators import drawings; you can take them out.",
    drop: "Drop a file here, or",
    choose: "choose a file",
    another: "Import another file",
    uploading: (percent: number) => `Sending, ${percent} %`,
    checking: (n: number) => `Checking: ${drawings(n)} so far`,
    queued: "Waiting for its turn",
    storing: (n: number, total: number) => `Storing ${n_en.format(n)} of ${drawings(total)}`,
    undoing: (n: number) => `Taking out: ${drawings(n)} so far`,
    may_leave: "You may leave this page: it goes on, and stands here when you are back.",
    found: (n: number) => `${drawings(n)} found`,
    found_known: (n: number) => `${n_en.format(n)} of them are here already and stay as they are`,
    found_none_known: "None of them is here yet",
    found_refused: (n: number) => `${n_en.format(n)} left out:`,
    and_more: (n: number) => `and ${n_en.format(n)} more`,
    per_digit: "By digit",
    fewest: (digit: number, n: number) => `Fewest: ${n_en.format(n)} of ${digit}`,
    nothing_stored: "Nothing is stored yet",
    store: (n: number) => `Store ${drawings(n)}`,
    discard: "Discard",
    stored: (n: number) => `${drawings(n)} added`,
    stored_none: "Nothing new: all of them were here already",
    undo: "Undo this import",
    undo_title: (n: number) => `Take out ${drawings(n)}?`,
    undo_consequence:
      "All that this import brought goes for good, also what was relabelled or reviewed since. Importing the file again brings it back.",
    undo_versions: (versions: string, n: number) =>
      n === 1
        ? `Version ${versions} learned from it and stays as it is until the next lesson.`
        : `Versions ${versions} learned from it and stay as they are until the next lesson.`,
    undone: "This import was undone: none of it is left",
    refused: "Refused whole, nothing was stored",
    failed: "It broke off, and was taken back",

    recent: "Lately",
    recent_table: "What went in and out, newest first",
    none_yet: "Nothing has gone in or out yet.",
    kind: (kind: "import" | "export"): string => (kind === "import" ? "in" : "out"),
    status_name: (status: TransferStatus) =>
      ({
        sending: "on its way",
        queued: "waiting",
        checking: "being checked",
        ready: "checked, not stored",
        storing: "being stored",
        done: "done",
        refused: "refused",
        failed: "broke off",
        undoing: "being taken out",
        undone: "undone",
      })[status],
    way: "Way",
    what: "What",
    how_many: "Drawings",
    state: "State",
    by: "By",
    when: "When",
    show: "Show",
    n: (n: number) => n_en.format(n),
  },
  {
    lead_idle: "把笔迹导出来，或者导进来",
    lead_moving: (n) => `有 ${n} 项正在进行`,
    lead_ready: "有一个文件检查好了，等你决定",

    export: "导出",
    export_explained: "已删除的笔迹不会在里面。文件里是大家亲手写的东西，转交时请慎重。",
    format: "格式",
    format_name: (format) =>
      ({
        parquet: "Parquet，全部内容",
        npz: "NumPy（NPZ）",
        idx: "IDX，与 MNIST 相同",
        png: "图片（PNG）",
        "label-studio": "Label Studio（JSON）",
      })[format],
    format_explained: (format) =>
      ({
        parquet: "笔画、图片、墨迹、全部标签、用途、状态和时间都在，再导入时分毫不差。",
        npz: "两个数组：ink (N, 28, 28) 和 label (N)。",
        idx: "一个 zip，内含两个文件，能读 MNIST 的都能读。",
        png: "一个 zip，按 0 到 9 分文件夹，另附一张表。",
        "label-studio": "任务里带着图片和标签。",
      })[format],
    label: "标签",
    status: "状态",
    split: "用途",
    source: "来源",
    since: "起始日",
    until: "截止日",
    any: "不限",
    choice: (name) =>
      ({
        accepted: "已接受",
        quarantined: "待查",
        rejected: "已拒绝",
        train: "上课",
        holdout_known: "考试（熟悉的字）",
        holdout_new: "考试（陌生的字）",
        drawn: "手写",
        uploaded: "上传",
        imported: "导入",
      })[name] ?? name,
    also: (filters) => `还限定了：${filters}`,
    clear: "清除全部筛选",
    estimate: (n, is_exact, size) =>
      `${is_exact ? "" : "超过 "}${n_zh.format(n)} 张笔迹，约 ${size}`,
    estimate_none: "没有符合条件的笔迹",
    download: "导出",

    import: "导入",
    import_explained:
      "支持 Parquet、NPZ、IDX 压缩包、按 0 到 9 分文件夹的图片压缩包、Label Studio 的 JSON、CSV。先把整个文件查一遍，再存。",
    import_admins: "导入由管理员来做；你可以导出。",
    drop: "把文件拖到这里，或者",
    choose: "选择文件",
    another: "再导入一个文件",
    uploading: (percent) => `正在发送，${percent}%`,
    checking: (n) => `正在检查，已看过 ${n_zh.format(n)} 张`,
    queued: "排队中",
    storing: (n, total) => `正在存入，${n_zh.format(n)} / ${n_zh.format(total)} 张`,
    undoing: (n) => `正在撤出，已撤 ${n_zh.format(n)} 张`,
    may_leave: "可以离开本页，它会继续进行，回来时还在这里。",
    found: (n) => `找到 ${n_zh.format(n)} 张笔迹`,
    found_known: (n) => `其中 ${n_zh.format(n)} 张这里已经有了，保持不变`,
    found_none_known: "这里原先一张都没有",
    found_refused: (n) => `有 ${n_zh.format(n)} 项不能用：`,
    and_more: (n) => `还有 ${n_zh.format(n)} 项`,
    per_digit: "各数字",
    fewest: (digit, n) => `最少的是 ${digit}，${n_zh.format(n)} 张`,
    nothing_stored: "还没有存入任何东西",
    store: (n) => `存入 ${n_zh.format(n)} 张`,
    discard: "不要了",
    stored: (n) => `新增 ${n_zh.format(n)} 张笔迹`,
    stored_none: "没有新的：这些笔迹这里都有了",
    undo: "撤销这次导入",
    undo_title: (n) => `撤出 ${n_zh.format(n)} 张笔迹？`,
    undo_consequence:
      "这次导入带来的全部会被彻底抹去，之后改过标签或审过的也一样。再导入一次同一个文件就能找回来。",
    undo_versions: (versions) => `版本 ${versions} 学过它们，在下一课之前保持原样。`,
    undone: "这次导入已经撤销，什么都没留下",
    refused: "整个文件被拒绝，什么都没有存",
    failed: "中途出错，已全部退回",

    recent: "最近",
    recent_table: "最近的导入和导出，新的在前",
    none_yet: "还没有导入或导出过。",
    kind: (kind) => (kind === "import" ? "导入" : "导出"),
    status_name: (status) =>
      ({
        sending: "进行中",
        queued: "排队中",
        checking: "检查中",
        ready: "已查，未存",
        storing: "存入中",
        done: "完成",
        refused: "被拒绝",
        failed: "中断",
        undoing: "撤出中",
        undone: "已撤销",
      })[status],
    way: "方向",
    what: "内容",
    how_many: "张数",
    state: "状态",
    by: "谁",
    when: "时间",
    show: "查看",
    n: (n) => n_zh.format(n),
  },
);
