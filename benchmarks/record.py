"""Where a benchmark keeps what it has measured, so that a broken-off one goes on.

One JSON file: what it was asked for, on which machine, with which versions, when, and one *piece*
per measurement. A piece that is there already is not measured again, unless the question differs.
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
    """The file of one benchmark. Each piece is on the disk before the next one is begun."""

    def __init__(self, path: Path, question: dict[str, Any]) -> None:
        """Go on with the file at `path` if it answers the same question, else start it anew."""
        self._path = path
        self._kept: dict[str, Any] = {
            "question": question,
            "machine": machine(),
            "versions": versions(),
            "began_at": utc_now().isoformat(timespec="seconds"),
            "pieces": {},
        }
        earlier = _read(path)
        if all(earlier.get(key) == self._kept[key] for key in ("question", "machine", "versions")):
            self._kept = earlier

    @property
    def pieces(self) -> dict[str, dict[str, Any]]:
        """All that was measured, by name; a copy."""
        return dict(self._kept["pieces"])

    def piece(self, name: str, measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """The piece of this name; measured now unless it is there."""
        pieces: dict[str, dict[str, Any]] = self._kept["pieces"]
        if name not in pieces:
            pieces[name] = measure()
            self._write()
        return pieces[name]

    def finish(self, result: dict[str, Any]) -> dict[str, Any]:
        """Add what follows from the pieces. Returns: all that the file says."""
        self._kept |= {"ended_at": utc_now().isoformat(timespec="seconds"), "result": result}
        self._write()
        return self._kept

    def _write(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_suffix(".partial")
        partial.write_text(json.dumps(self._kept, indent=1) + "\n")
        partial.replace(self._path)


def machine() -> str:
    """The processor and how many cores of it there are, in words."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    name = models[0] if models else platform.processor() or platform.machine()
    return f"{name}, {os.cpu_count()} cores"


def versions() -> dict[str, str]:
    """Of Python, Inkloop and what does the computing."""
    found = {name: version(name) for name in PACKAGES}
    return {"python": platform.python_version(), "inkloop": __version__} | found


def _read(path: Path) -> dict[str, Any]:
    try:
        kept = json.loads(path.read_text())
    except (OSError, ValueError):  # none yet, or cut by a full disk
        return {}
    return kept if isinstance(kept, dict) else {}
