"""The JSON file of one bench. An interrupted bench continues with what the file lacks.

A file holds the question (the options), the machine, package versions, times, and one *piece* per
measurement. A piece is measured once, until the question, the machine or a version changes.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from core import __version__
from core.base.clock import utc_now

PACKAGES = ("torch", "onnxruntime", "numpy")


class Record:
    """The file of one bench. Each piece is written before the next measurement starts."""

    def __init__(self, path: Path, question: dict[str, Any]) -> None:
        """Continue the file at `path` if it answers the same question; else replace it."""
        self._path = path
        self._data: dict[str, Any] = {
            "question": json.loads(json.dumps(question)),
            "machine": machine(),
            "versions": versions(),
            "began_at": utc_now().isoformat(timespec="seconds"),
            "pieces": {},
        }
        earlier = _read(path)
        if all(earlier.get(key) == self._data[key] for key in ("question", "machine", "versions")):
            self._data = earlier

    @property
    def pieces(self) -> dict[str, dict[str, Any]]:
        """A copy of all pieces, by name."""
        return dict(self._data["pieces"])

    def piece(self, name: str, measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return the piece of this name. Measure it first if the file lacks it."""
        pieces: dict[str, dict[str, Any]] = self._data["pieces"]
        if name not in pieces:
            pieces[name] = measure()
            self._write()
        return pieces[name]

    def finish(self, result: dict[str, Any]) -> dict[str, Any]:
        """Write the result and the end time. Returns: the content of the file."""
        self._data |= {"ended_at": utc_now().isoformat(timespec="seconds"), "result": result}
        self._write()
        return self._data

    def _write(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_suffix(".partial")
        partial.write_text(json.dumps(self._data, indent=1) + "\n")
        partial.replace(self._path)


def finished_record(path: Path) -> dict[str, Any] | None:
    """Read a record that has a result; None if there is none."""
    found = _read(path)
    return found if "result" in found else None


def machine() -> str:
    """The processor's name and the number of cores."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    name = models[0] if models else platform.processor() or platform.machine()
    return f"{name}, {os.cpu_count()} cores"


def versions() -> dict[str, str]:
    """Versions of Python, Inkloop and the packages that compute."""
    found = {name: version(name) for name in PACKAGES}
    return {"python": platform.python_version(), "inkloop": __version__} | found


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text())
    except (OSError, ValueError):  # no file yet, or one that a full disk cut off
        return {}
    return data if isinstance(data, dict) else {}
