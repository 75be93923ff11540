"""Log lines of Inkloop and of its libraries."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import IO

SAY = """
import logging, structlog
from core.base import logs
logs.configure("json", "server")
structlog.get_logger().info("ours", n=3)
logging.getLogger("theirs").warning("said %s", "so")
print("still here", flush=True)
"""


def _said(stderr: int | IO[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SAY], stdout=subprocess.PIPE, stderr=stderr, text=True, timeout=120
    )


def test_lines_of_inkloop_and_of_libraries_have_one_format() -> None:
    lines = [json.loads(line) for line in _said(subprocess.PIPE).stderr.splitlines()]
    found = [{key: line[key] for key in ("event", "level", "part")} for line in lines]
    assert found == [
        {"event": "ours", "level": "info", "part": "server"},
        {"event": "said so", "level": "warning", "part": "server"},
    ]
    assert all(line["ts"].endswith("Z") for line in lines)
    assert lines[0]["n"] == 3


def test_a_full_disk_behind_the_log_does_not_fail_the_program() -> None:
    with Path("/dev/full").open("w") as full:
        assert "still here" in _said(full).stdout
