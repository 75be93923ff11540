"""Why a map could not be made, in words: pure functions of the kind that is kept."""

from __future__ import annotations

from typing import Final

FAILURES: Final = ("too_few", "disk", "model_file", "died", "unexpected")
"""Kinds of failure, as `maps.failure` keeps them."""

_SENTENCES: Final[dict[str, dict[str, str]]] = {
    "en": {
        "too_few": "a map needs at least 10 points: run `inkloop data fetch`, or draw some "
        "digits, then ask for the map again",
        "disk": "the disk is full: make room, then ask for the map again",
        "model_file": "the version's file is missing or changed: `inkloop models verify` says "
        "which one. Roll back, or restore a backup",
        "died": "the process that made the map died, perhaps for want of memory: look in the "
        "trainer's log, then ask for the map again",
        "unexpected": "the database was busy, or something nobody expected: look in the "
        "trainer's log, then ask for the map again",
    },
    "zh": {
        "too_few": "地图至少要有 10 个点：请运行 `inkloop data fetch`，或先写几个数字，再重新绘制",
        "disk": "磁盘满了：请先腾出空间，再重新绘制",
        "model_file": "这一版的文件缺失或被改动：`inkloop models verify` 会说明是哪个。"
        "请退回上一版，或恢复备份",
        "died": "绘制地图的进程中途退出，可能是内存不够：请看训练进程的日志，再重新绘制",
        "unexpected": "数据库正忙，或出了没有料到的问题：请看训练进程的日志，再重新绘制",
    },
}


def failure_sentence(failure: str, language: str) -> str:
    """What went wrong and what to do; `failure` of a later Inkloop counts as unexpected."""
    words = _SENTENCES[language]
    return words.get(failure, words["unexpected"])
