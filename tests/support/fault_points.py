"""The durable operations of a process, one by one: what happens at the n-th is up to who asks.

Counted are, of one thread and below one folder: opening a file to write, making, renaming and
removing files and folders, every sync, every statement that writes to the database, every commit.
For benchmarks and tests alone: nothing that a trainer does by itself imports this.
"""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
OPEN_FILES = Path("/proc/self/fd")
NAMED_BY_PATH = {"os.rename": "rename", "os.mkdir": "make", "os.remove": "remove",
                 "os.rmdir": "remove"}  # fmt: skip
STATEMENT = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM)\s+(\w+)")

Act = Callable[[int, str, int | None], None]
"""Told the number, from 1, and the name of an operation just before it; and, where a file may be
found half written, its descriptor."""


class Points:
    """Counts the operations of the thread that made it, from `begin` until `end`."""

    def __init__(self, root: Path, act: Act, *, torn: bool = False, rows: bool = True) -> None:
        """With `torn`, each sync of a file is two points, at the first of which it may be cut.
        Without `rows`, what is written to the database is none."""
        self.n = 0
        self._root = str(root.resolve())
        self._act = act
        self._is_torn = torn
        self._has_rows = rows
        self._thread = threading.get_ident()
        self._is_on = self._is_heard = False
        self._fsync: Any = os.fsync

    def begin(self) -> None:
        """Count from now on."""
        if not self._is_heard:  # Python never forgets an audit hook
            sys.addaudithook(self._hear)
        self._is_heard = True
        vars(os)["fsync"] = self._sync
        event.listen(Engine, "before_cursor_execute", self._execute)
        event.listen(Engine, "commit", self._commit)
        self._is_on = True

    def end(self) -> None:
        """Count no more."""
        self._is_on = False
        vars(os)["fsync"] = self._fsync
        event.remove(Engine, "before_cursor_execute", self._execute)
        event.remove(Engine, "commit", self._commit)

    def _reach(self, name: str, half: int | None = None) -> None:
        if not self._is_on or threading.get_ident() != self._thread:
            return
        self.n += 1
        self._is_on = False  # what is done about it is no point of its own
        try:
            self._act(self.n, name, half)
        finally:
            self._is_on = True

    def _hear(self, what: str, given: tuple[Any, ...]) -> None:
        if not self._is_on:
            return
        if what == "open":
            path, _mode, flags = given
            if isinstance(flags, int) and flags & WRITES and self._is_ours(path):
                self._reach(f"open {self._short(path)}")
        elif what in NAMED_BY_PATH:
            in_folder = given[-1] if isinstance(given[-1], int) else -1
            if in_folder >= 0 or self._is_ours(given[0]):
                self._reach(f"{NAMED_BY_PATH[what]} {self._short(given[0])}")

    def _sync(self, descriptor: int) -> None:
        path = OPEN_FILES / str(descriptor)
        name = self._short(path.readlink()) if path.exists() else str(descriptor)
        if self._is_torn and not path.is_dir():
            self._reach(f"half of {name}", descriptor)
        self._reach(f"sync {name}")
        self._fsync(descriptor)

    def _execute(
        self, connection: Connection, _cursor: object, statement: str, *_given: object
    ) -> None:
        found = STATEMENT.match(statement)
        if found and self._has_rows:
            connection.info["wrote"] = True
            self._reach(f"{found[1].split()[0].lower()} {found[2]}")

    def _commit(self, connection: Connection) -> None:
        if connection.info.pop("wrote", False):
            self._reach("commit")

    def _is_ours(self, path: object) -> bool:
        return isinstance(path, str | os.PathLike) and os.fspath(path).startswith(self._root)

    def _short(self, path: Any) -> str:
        """Below the root, without the number of the process."""
        name = os.fspath(path).removeprefix(self._root).lstrip("/")
        return re.sub(r"(\.building-\d+)-\d+", r"\1", str(name))


def cut(descriptor: int) -> None:
    """Leave half of an open file."""
    os.ftruncate(descriptor, os.fstat(descriptor).st_size // 2)
