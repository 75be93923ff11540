"""A run's log and what to do after its end, in words: English and Chinese. Pure.

Only what happened is stored, by name and figures, so that every reader gets it in their words.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

Facts = Mapping[str, Any]

FAILURES = ("broken_off", "no_drawings", "disk", "memory", "model_file", "data", "unexpected")
"""Kinds of failure, as `runs.failure` keeps them."""


def line_sentence(name: str, facts: Facts, language: str) -> str:
    """Put one line of a run's log in words; one of a later Inkloop is shown by its name."""
    words = _LINES[language].get(name)
    return name if words is None else words(facts)


def message_sentence(message: str | None, failure: str | None, language: str) -> str | None:
    """What went wrong, in the reader's language.

    It is stored in English with its details; Chinese says of what kind it was, and quotes them.
    """
    if message is None or language == "en":
        return message
    if failure is None:
        return _STOPPED_ZH
    what = _KINDS_ZH.get(failure, _KINDS_ZH["unexpected"])
    return f"{what}（{message}）" if failure in _QUOTED else what


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a run ended, as far as it matters for what to do next."""

    status: str
    failure: str | None = None
    is_first: bool = False
    """Whether it was to make the first model."""
    n_drawings: int = 0
    n_checking: int = 0
    """Drawings in quarantine, whose labels somebody has to look at."""
    failed_rules: Collection[str] = ()


def what_to_do(end: End, language: str) -> str | None:
    """Say what a person should do now that a run is over; None while it is open, or nothing."""
    if end.status == "held":
        return _after_held(end, language)
    if end.status == "cancelled":
        return _CANCELLED[language]
    if end.status == "failed":
        kind = end.failure if end.failure in FAILURES else "unexpected"
        return _AFTER_FAILURE[language][kind]
    return None


def _after_held(end: End, language: str) -> str:
    if end.is_first:
        return _HELD_FIRST[language]
    words = _HELD[language]
    said = [words["stay"](end.n_drawings)]
    if end.n_checking:
        said.append(words["check"](end.n_checking))
    elif end.failed_rules and all(name.startswith("holdout") for name in end.failed_rules):
        said.append(words["exam"](end.n_drawings))
    else:
        said.append(words["more"](end.n_drawings))
    return ("" if language == "zh" else " ").join(said)


def _n(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


_HELD: dict[str, dict[str, Callable[[int], str]]] = {
    "en": {
        "stay": lambda n: (
            "The live version goes on serving, and "
            + ("its drawing stays" if n == 1 else f"all {n} drawings stay")
            + " in the mix of later runs."
        ),
        "check": lambda n: (
            f"{_n(n, 'drawing is', 'drawings are')} being checked and left out until then: review "
            "them, so that the next run learns from those that are right."
        ),
        "exam": lambda _n: (
            "Only exam drawings got worse: look through the newest for wrong labels, or collect "
            "more from the same hands."
        ),
        "more": lambda _n: (
            "If the labels below look right nothing is needed: the next run tries again with what "
            "has come by then."
        ),
    },
    "zh": {
        "stay": lambda n: f"当前版本继续服务，这 {n} 张笔迹以后的训练仍会用到。",
        "check": lambda n: f"有 {n} 张笔迹正在核对，暂时不用。请审核，标对的下次就能学到。",
        "exam": lambda _n: "只有考题变差了：请看看最新的笔迹有没有标错，或者多收集同样的笔迹。",
        "more": lambda _n: "如果下面的标签都对，就不必做什么：下次训练会带上新的笔迹再试。",
    },
}
_HELD_FIRST = {
    "en": "Nothing: the trainer tries again by itself with another seed, three times at most.",
    "zh": "不必做什么：训练程序会换个随机种子自动再试，最多三次。",
}
_CANCELLED = {
    "en": "The live version was not touched and the drawings stay new: ask for a run at any time.",
    "zh": "当前版本没有受影响，笔迹仍算新的，随时可以再要求训练。",
}
_STOPPED_ZH = "应要求停止"
_KINDS_ZH = {
    "broken_off": "训练程序在这次训练中断了好几次，可能是内存不足",
    "no_drawings": "还没有可学的笔迹",
    "disk": "磁盘出错或已满",
    "memory": "内存不够",
    "model_file": "有模型文件损坏或缺失",
    "data": "MNIST 数据有误",
    "unexpected": "出了意外的错误",
}
_QUOTED = ("disk", "model_file", "data", "unexpected")
_AFTER_FAILURE = {
    "en": {
        "broken_off": "Look in the trainer's log for what ended it (often too little memory), then "
        "ask for a new run. The drawings stay new.",
        "no_drawings": "Draw some digits, then ask for a new run.",
        "disk": "Make room on the disk, then ask for a new run. The drawings stay new.",
        "memory": "Close other programs or lower INKLOOP_TRAIN_THREADS, then ask for a new run. "
        "The drawings stay new.",
        "model_file": "`inkloop models verify` names the broken file: go back to another version "
        "or restore a backup, then ask for a new run.",
        "data": "`inkloop data fetch` gets MNIST's files anew; then ask for a new run.",
        "unexpected": "The live version is untouched and the drawings stay new. Ask for a new run; "
        "if it fails again, the trainer's log says more.",
    },
    "zh": {
        "broken_off": "请查看训练程序的日志，再重新训练。笔迹仍算新的。",
        "no_drawings": "请先写几个数字，再重新训练。",
        "disk": "请腾出空间，再重新训练。笔迹仍算新的。",
        "memory": "请关掉别的程序，或调小 INKLOOP_TRAIN_THREADS，再重新训练。笔迹仍算新的。",
        "model_file": "inkloop models verify 会指出是哪个文件。请退回别的版本或恢复备份，"
        "再重新训练。",
        "data": "运行 inkloop data fetch 重新获取，再重新训练。",
        "unexpected": "当前版本没有受影响，笔迹仍算新的。请重新训练；"
        "如果再次失败，训练程序的日志里有详情。",
    },
}

# -- Lines of the log -------------------------------------------------------------------------

_PHASES = {
    "en": {
        "gather": "Collecting drawings",
        "train": "Learning",
        "evaluate": "Sitting its exams",
        "gate": "Before the gate",
        "export": "Being packed",
        "publish": "Being published",
    },
    "zh": {
        "gather": "收集笔迹",
        "train": "学习",
        "evaluate": "考试",
        "gate": "由关卡评判",
        "export": "打包",
        "publish": "发布",
    },
}
_ASKED = {
    "en": {
        "schedule": "Asked for by the schedule",
        "first": "Asked for by itself: there is no model yet",
        "command": "Asked for on the command line",
        "user": "Asked for by hand",
    },
    "zh": {
        "schedule": "按日程排队",
        "first": "自动排队：还没有模型",
        "command": "由命令行排队",
        "user": "手动排队",
    },
}
_ENDS = {
    "en": {
        "promoted": "Promoted: version {version} is live",
        "held": "Held: version {version} does not go live",
        "failed": "Failed",
        "cancelled": "Cancelled; the live version was not touched",
    },
    "zh": {
        "promoted": "通过，第 {version} 版上线",
        "held": "未通过，第 {version} 版不上线",
        "failed": "失败",
        "cancelled": "已取消，当前版本没有受影响",
    },
}


def _percent(share: float) -> str:
    return f"{int(share * 10_000 + 1e-6) / 100:.2f}"


def _judged_en(facts: Facts) -> str:
    what = "passes the gate" if facts["passed"] else "does not pass the gate"
    return f"The candidate {what}" if facts["look"] == 1 else f"The more careful one {what}"


def _judged_zh(facts: Facts) -> str:
    what = "通过评判" if facts["passed"] else "未通过评判"
    return f"候选版本{what}" if facts["look"] == 1 else f"更谨慎的候选版本{what}"


_LINES: dict[str, dict[str, Callable[[Facts], str]]] = {
    "en": {
        "asked": lambda f: _ASKED["en"].get(f["by"], "Asked for"),
        "began": lambda _f: "The trainer takes it up",
        "resumed": lambda f: (
            f"Its trainer broke off; taken up again, attempt {f['attempt']}"
            if f["attempt"] > 1
            else "Taken up again"
        ),
        "stopped": lambda _f: "The trainer was stopped; it goes on at the next start",
        "phase": lambda f: _PHASES["en"].get(f["phase"], str(f["phase"])),
        "put_aside": lambda f: f"{_n(f['n'], 'drawing', 'drawings')} put aside to be checked",
        "gathered": lambda f: (
            f"Learns from {_n(f['n_new'], 'new drawing', 'new drawings')} and {f['n_older']} older"
            if f["n_new"] + f["n_older"]
            else "Learns from MNIST alone"
        ),
        "checkpoint": lambda f: f"Goes on from step {f['step']}, as kept",
        "learned": lambda f: (
            f"Learned for {f['n_steps']} steps"
            + ("" if f.get("accuracy") is None else f": {_percent(f['accuracy'])} % right")
        ),
        "judged": _judged_en,
        "packed": lambda f: f"Packed: {f['n_bytes'] / 1e6:.1f} MB, reads as it did before",
        "cancel_asked": lambda _f: "Somebody asked it to stop",
        "ended": lambda f: _ENDS["en"][f["status"]].format_map(f),
    },
    "zh": {
        "asked": lambda f: _ASKED["zh"].get(f["by"], "已排队"),
        "began": lambda _f: "训练程序接手",
        "resumed": lambda f: (
            f"训练程序中断过，现在继续（第 {f['attempt']} 次尝试）" if f["attempt"] > 1 else "继续"
        ),
        "stopped": lambda _f: "训练程序被停止，下次启动后继续",
        "phase": lambda f: _PHASES["zh"].get(f["phase"], str(f["phase"])),
        "put_aside": lambda f: f"{f['n']} 张笔迹暂放一边，等待核对",
        "gathered": lambda f: (
            f"学习 {f['n_new']} 张新笔迹、{f['n_older']} 张旧笔迹"
            if f["n_new"] + f["n_older"]
            else "只学 MNIST"
        ),
        "checkpoint": lambda f: f"从保存的第 {f['step']} 步继续",
        "learned": lambda f: (
            f"学了 {f['n_steps']} 步"
            + ("" if f.get("accuracy") is None else f"，认对 {_percent(f['accuracy'])}%")
        ),
        "judged": _judged_zh,
        "packed": lambda f: f"打包完毕：{f['n_bytes'] / 1e6:.1f} MB，认字与打包前一致",
        "cancel_asked": lambda _f: "有人要求停止",
        "ended": lambda f: _ENDS["zh"][f["status"]].format_map(f),
    },
}
