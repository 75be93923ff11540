"""A pytest plugin that removes one guard: `pytest -p tests.faults.remove_guard --without X`.

For `test_guards_are_real` only: the test of a guard has to fail without it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

import core.imaging.files
import core.runs.lifecycle
import core.storage.database
import core.storage.objects
import core.versions.lifecycle
import server.access
from core.storage.database import sqlite_engine

UNIQUE_ID = re.compile(r",\s*CONSTRAINT uq_drawings_id UNIQUE \(id\)")


def _nothing(*_given: object, **_named: object) -> None:
    """Replace a guard by nothing."""


def _commits_are_not_synced() -> None:
    real = core.storage.database.sqlite_engine

    def lax(path: Path, begin: str, **options: Any) -> Engine:
        return real(path, begin, **options | {"synchronous": "NORMAL"})

    core.storage.database.sqlite_engine = lax


def _model_files_are_not_synced() -> None:
    def write(path: Path, chunks: Iterable[bytes]) -> tuple[str, int]:
        data = b"".join(chunks)
        path.write_bytes(data)
        return hashlib.sha256(data).hexdigest(), len(data)

    core.storage.objects._write_synced = write
    core.storage.objects._sync = _nothing


def _ids_are_not_unique() -> None:
    def without(
        _connection: object, _cursor: object, statement: str, given: object, *_rest: object
    ) -> tuple[str, object]:
        return UNIQUE_ID.sub("", statement), given

    event.listen(Engine, "before_cursor_execute", without, retval=True)


def _fences_are_not_checked() -> None:
    for module in (core.runs.lifecycle, core.versions.lifecycle):
        vars(module)["require_fence"] = _nothing


def _all_hashes_match() -> None:
    class Same:
        def __init__(self, _data: bytes = b"") -> None: ...

        def update(self, _data: bytes) -> None: ...

        def hexdigest(self) -> str:
            return "0" * 64

    class Hashes:
        sha256 = Same

    vars(core.storage.objects)["hashlib"] = Hashes


def _other_origins_are_accepted() -> None:
    server.access.check_same_origin = _nothing


def _roles_are_not_checked() -> None:
    server.access.require = _nothing


def _writers_begin_deferred() -> None:
    def deferred(path: Path, begin: str, pool_size: int) -> Engine:
        begin = "BEGIN DEFERRED" if begin == "BEGIN IMMEDIATE" else begin
        return sqlite_engine(path, begin, pool_size=pool_size, max_overflow=64)

    core.storage.database._make_engine = deferred


def _pictures_have_any_size() -> None:
    core.imaging.files._check_size = _nothing


REMOVALS: dict[str, Callable[[], None]] = {
    "sync of commits": _commits_are_not_synced,
    "sync of model files": _model_files_are_not_synced,
    "unique id": _ids_are_not_unique,
    "fence": _fences_are_not_checked,
    "hash": _all_hashes_match,
    "same origin": _other_origins_are_accepted,
    "role": _roles_are_not_checked,
    "begin immediate": _writers_begin_deferred,
    "pixel limit": _pictures_have_any_size,
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that names the guard."""
    parser.addoption("--without", choices=sorted(REMOVALS), required=True)


def pytest_configure(config: pytest.Config) -> None:
    """Remove the guard before tests are collected."""
    REMOVALS[config.getoption("--without")]()
