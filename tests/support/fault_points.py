"""Fault points: a hook before each durable operation of a thread.

Durable operations are, below one folder: opening a file for writing; creating, renaming and
removing files and folders; every sync; every writing database statement; every commit.
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

Hook = Callable[[int, str, int | None], None]
"""Called before an operation with its number (from 1) and name. Has a file's descriptor where a
crash may leave the file half written."""


class FaultPoints:
    """Calls a hook before each operation of the creating thread, from `begin` to `end`."""

    def __init__(self, root: Path, hook: Hook, *, torn: bool = False, rows: bool = True) -> None:
        """Watch operations below `root`.

        Args:
            torn: make each sync of a file two points; the hook may cut the file at the first.
            rows: include database statements and commits.
        """
        self.n = 0
        self._root = str(root.resolve())
        self._hook = hook
        self._is_torn = torn
        self._has_rows = rows
        self._thread = threading.get_ident()
        self._is_on = self._has_audit_hook = False
        self._fsync: Any = os.fsync

    def begin(self) -> None:
        """Start."""
        if not self._has_audit_hook:  # an audit hook cannot be removed
            sys.addaudithook(self._on_audit_event)
        self._has_audit_hook = True
        vars(os)["fsync"] = self._sync
        event.listen(Engine, "before_cursor_execute", self._execute)
        event.listen(Engine, "commit", self._commit)
        self._is_on = True

    def end(self) -> None:
        """Stop."""
        self._is_on = False
        vars(os)["fsync"] = self._fsync
        event.remove(Engine, "before_cursor_execute", self._execute)
        event.remove(Engine, "commit", self._commit)

    def _reach(self, name: str, half: int | None = None) -> None:
        if not self._is_on or threading.get_ident() != self._thread:
            return
        self.n += 1
        self._is_on = False  # the hook's own operations are no fault points
        try:
            self._hook(self.n, name, half)
        finally:
            self._is_on = True

    def _on_audit_event(self, what: str, given: tuple[Any, ...]) -> None:
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
        """The path below the root, without the random part of an unfinished file's name."""
        name = os.fspath(path).removeprefix(self._root).lstrip("/")
        return re.sub(r"\.[0-9a-f]{16}\.partial", ".partial", str(name))


def truncate_to_half(descriptor: int) -> None:
    """Truncate an open file to half of its length."""
    os.ftruncate(descriptor, os.fstat(descriptor).st_size // 2)
