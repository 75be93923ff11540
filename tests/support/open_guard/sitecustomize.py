"""Refuse and report Python code that opens a live database's files: only SQLite may.

POSIX locks belong to a process, and closing *any* descriptor of a file drops all locks of the
process on it. After one `open(database)`, for a hash, the header or a copy, SQLite goes on without
its locks beside other writers, unnoticed; the bytes read may also mix two moments. SQLite itself
opens files in C, where no Python audit hook sees it.

For tests only. Python imports `sitecustomize` in every process whose PYTHONPATH has this folder.
`tests/conftest.py` puts it there, so that servers, trainers and their children are guarded, too.
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from types import FrameType

REPORT = "TESTS_OPEN_GUARD_REPORT"
"""Environment variable with the file for all processes' reports."""
FILES = tuple(
    name + side for name in ("inkloop.db", "inkloop-volatile.db") for side in ("", "-wal", "-shm")
)
HERE = Path(__file__).resolve()
ROOT = HERE.parents[3]
PRODUCT = [ROOT / "core", ROOT / "server", ROOT / "trainer"]


_is_installed = False


class OpenedBesideSQLite(RuntimeError):
    """Python code opened a file of a live database. No OSError, which the code might handle."""


def install() -> None:
    """Install the audit hook, once. It cannot be removed."""
    global _is_installed
    if not _is_installed:
        _is_installed = True
        sys.addaudithook(_on_open)


def _on_open(event: str, arguments: tuple[object, ...]) -> None:
    if event != "open" or not isinstance(arguments[0], str | bytes):
        return
    name = os.fsdecode(arguments[0])
    if not name.endswith(FILES):  # the usual case
        return
    path = Path(name)
    if path.name not in FILES:
        return
    if _is_held(path) or (_is_of_an_instance(path) and _is_opened_by_product()):
        _report(path)
        raise OpenedBesideSQLite(f"{path} was opened beside SQLite")


def _is_held(path: Path) -> bool:
    """Whether this process has this file open, as only SQLite should."""
    try:
        wanted = path.stat()
        held = list(Path("/proc/self/fd").iterdir())
    except OSError:  # no such file, or no /proc
        return False
    return any(_is_same(descriptor, wanted) for descriptor in held)


def _is_same(descriptor: Path, wanted: os.stat_result) -> bool:
    try:
        return os.path.samestat(descriptor.stat(), wanted)
    except OSError:  # closed in the meantime
        return False


def _is_of_an_instance(path: Path) -> bool:
    """Whether the file belongs to an instance, not to a backup's copy."""
    own = os.environ.get("INKLOOP_INSTANCE")
    is_own = own is not None and path.parent.resolve() == Path(own).resolve()
    return is_own or path.with_name("parts.lock").exists()


def _is_opened_by_product() -> bool:
    """Whether Inkloop's code opens the file, not a test that changes or copies files at rest."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        file = Path(frame.f_code.co_filename).absolute()
        if any(file.is_relative_to(part) for part in PRODUCT):
            return True
        if file != HERE and file.is_relative_to(ROOT / "tests"):
            return False
        frame = frame.f_back
    return False


def _report(path: Path) -> None:
    report = os.environ.get(REPORT)
    if report is not None:
        stack = "".join(traceback.format_stack()[-8:])
        with Path(report).open("a", encoding="utf-8") as file:
            file.write(f"{path} in process {os.getpid()}:\n{stack}")


if REPORT in os.environ:
    install()
