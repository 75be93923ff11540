"""An ear on who opens a live database's files outside SQLite: that is refused, and told.

POSIX locks belong to a process, and closing *any* descriptor of a file drops every lock that the
process has on it. After one `open(database)`, for a hash, a look at the header or a copy, SQLite
writes on without its locks beside other processes that write too, and nothing else notices; what
was read is half of one moment and half of another besides. SQLite itself opens files in C, where
no Python hook hears it.

For tests alone. Python imports a file of this name by itself in every process whose PYTHONPATH has
this folder: `tests/conftest.py` puts it there, so servers, trainers and their children listen too.
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from types import FrameType

REPORT = "TESTS_EAR_REPORT"
"""The environment's name for the file in which every process tells what it heard."""
FILES = tuple(
    name + side for name in ("inkloop.db", "inkloop-volatile.db") for side in ("", "-wal", "-shm")
)
HERE = Path(__file__).resolve()
ROOT = HERE.parents[3]
PRODUCT = [ROOT / "core", ROOT / "server", ROOT / "trainer"]


_is_listening = False


class OpenedBesideSQLite(RuntimeError):
    """Someone opened a file of a live database. No OSError, which somebody may expect and pass."""


def listen() -> None:
    """From now on, for good: such a hook cannot be taken out again. Once is enough."""
    global _is_listening
    if not _is_listening:
        _is_listening = True
        sys.addaudithook(_hear)


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if event != "open" or not isinstance(arguments[0], str | bytes):
        return
    name = os.fsdecode(arguments[0])
    if not name.endswith(FILES):  # nearly all that is ever opened
        return
    path = Path(name)
    if path.name not in FILES:
        return
    if _is_held(path) or (_is_of_an_instance(path) and _product_asks()):
        _tell(path)
        raise OpenedBesideSQLite(f"{path} was opened beside SQLite")


def _is_held(path: Path) -> bool:
    """Whether this process has the very file open, as only SQLite should."""
    try:
        wanted = path.stat()
        held = list(Path("/proc/self/fd").iterdir())
    except OSError:  # no such file, or no such system
        return False
    return any(_is_same(descriptor, wanted) for descriptor in held)


def _is_same(descriptor: Path, wanted: os.stat_result) -> bool:
    try:
        return os.path.samestat(descriptor.stat(), wanted)
    except OSError:  # that one was closed meanwhile
        return False


def _is_of_an_instance(path: Path) -> bool:
    """Rather than a copy in a backup: this process works there, or others have."""
    own = os.environ.get("INKLOOP_INSTANCE")
    is_own = own is not None and path.parent.resolve() == Path(own).resolve()
    return is_own or path.with_name("parts.lock").exists()


def _product_asks() -> bool:
    """Whether Inkloop does it, rather than a test that spoils or copies what is at rest."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        file = Path(frame.f_code.co_filename).absolute()
        if any(file.is_relative_to(part) for part in PRODUCT):
            return True
        if file != HERE and file.is_relative_to(ROOT / "tests"):
            return False
        frame = frame.f_back
    return False


def _tell(path: Path) -> None:
    report = os.environ.get(REPORT)
    if report is not None:
        whence = "".join(traceback.format_stack()[-8:])
        with Path(report).open("a", encoding="utf-8") as file:
            file.write(f"{path} in process {os.getpid()}:\n{whence}")


if REPORT in os.environ:
    listen()
