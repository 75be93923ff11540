"""The database: engines, transactions, column types, naming. Tables are in `tables.py`.

SQLite is used through the `pysqlite3` wheel, because the system's library may have the WAL-reset
bug (3.7.0 to 3.51.2), which can lose commits when several processes write. Only SQLite itself may
open the live files: closing any other descriptor of them would drop this process's locks.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, MetaData, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

from core.base.errors import NotReady, StorageFull
from core.base.settings import Settings

try:
    from pysqlite3 import dbapi2
except ImportError:  # only Linux has the wheel; `inkloop doctor` says which library is in use
    dbapi2 = sqlite3
sqlite_driver = dbapi2

BUSY_TIMEOUT_SECONDS = 10
LOOK_SECONDS = 0.002
"""Between two looks of a process whether the write lock is free."""
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
# STRICT tables take only INTEGER, TEXT, REAL and BLOB: these render as such on SQLite.
Words = sa.Text()
Blob = sa.LargeBinary()
Number = sa.Float().with_variant(sa.REAL(), "sqlite")
Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


class Flag(TypeDecorator[bool]):
    """True or false: a STRICT table keeps 0 and 1, and JSON must not show those."""

    impl = sa.Boolean().with_variant(sa.Integer(), "sqlite")
    cache_ok = True

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> bool | None:
        """Make a number a truth value again."""
        return None if value is None else bool(value)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept as microseconds since 1970: that sorts, and fits STRICT tables."""

    impl = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:
        """Refuse a naive moment: nobody could say which zone it means."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        delta = value - EPOCH
        return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> datetime | None:
        """Put the zone back."""
        if value is None:
            return None
        return datetime.fromtimestamp(value // 1_000_000, UTC).replace(
            microsecond=value % 1_000_000
        )


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Json(TypeDecorator[Any]):
    """A JSON value, kept as compact text with sorted keys; NaN and infinities are refused."""

    impl = sa.Text()
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        """Serialise."""
        if value is None:
            return None
        return json.dumps(value, separators=(",", ":"), sort_keys=True, allow_nan=False)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        """Parse."""
        return None if value is None else json.loads(value)


class Base(DeclarativeBase):
    """What all tables share: constraint names, so that a migration can find them again."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {
        bool: Flag,
        str: Words,
        bytes: Blob,
        float: Number,
        int: Whole,
        datetime: UtcDateTime,
    }


class Database:
    """Two engines on one file: readers that cannot write, and writers that queue for the lock.

    A deferred transaction that turns from reading to writing fails at once when another process
    wrote meanwhile, whatever the time-out; so a writer says at its beginning that it will write
    (BEGIN IMMEDIATE), and everything else is read-only.
    """

    def __init__(self, settings: Settings) -> None:
        settings.database_path.parent.mkdir(parents=True, exist_ok=True)
        self.path = settings.database_path
        self._write_engine = _make_engine(self.path, "BEGIN IMMEDIATE", pool_size=4)
        self._read_engine = _make_engine(self.path, "BEGIN", pool_size=16)
        self._write = sessionmaker(self._write_engine, expire_on_commit=False)
        self._read = sessionmaker(self._read_engine, expire_on_commit=False)

    @contextlib.contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction that may write: committed at the end, rolled back by any error.

        Raises: StorageFull, if there is no room; NotReady, if others write for too long.
        """
        with _translated_errors(), self._write.begin() as session:
            yield session

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """One consistent view that cannot write."""
        with _translated_errors(), self._read.begin() as session:
            yield session

    def dispose(self) -> None:
        """Close all connections; the next use opens new ones."""
        self._write_engine.dispose()
        self._read_engine.dispose()


def sqlite_engine(path: Path, begin: str, *, synchronous: str = "FULL", **options: Any) -> Engine:
    """An engine on the SQLite file at `path` whose transactions start with `begin`."""
    engine = create_engine(
        f"sqlite:///{path}",
        module=sqlite_driver,
        connect_args={"timeout": 0},
        hide_parameters=True,  # an error's words go into the log: never what was to be stored
        **options,
    )
    event.listen(engine, "connect", _Connect(read_only=begin == "BEGIN", synchronous=synchronous))
    writes = begin == "BEGIN IMMEDIATE"
    event.listen(engine, "begin", _Turn() if writes else lambda one: one.exec_driver_sql(begin))
    return engine


def _make_engine(path: Path, begin: str, pool_size: int) -> Engine:
    return sqlite_engine(path, begin, pool_size=pool_size, max_overflow=64, pool_timeout=30)


class _Connect:
    """Sets up each new SQLite connection."""

    def __init__(self, *, read_only: bool, synchronous: str) -> None:
        self.pragmas = [
            f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}",
            "PRAGMA journal_mode = WAL",
            # FULL syncs the WAL at every commit: what was acknowledged survives a power cut.
            f"PRAGMA synchronous = {synchronous}",
            "PRAGMA foreign_keys = ON",
            "PRAGMA trusted_schema = OFF",
            "PRAGMA journal_size_limit = 67108864",
        ]
        if read_only:
            self.pragmas.append("PRAGMA query_only = ON")

    def __call__(self, connection: Any, _record: object) -> None:
        # The driver would otherwise begin transactions by itself, deferred, at the first write.
        connection.isolation_level = None
        for pragma in self.pragmas:
            connection.execute(pragma)


class _Turn:
    """Begins to write once nobody else does: looks often, and one thread of a process at a time.

    SQLite's own waiting looks every 100 ms in the end. Beside an import, which leaves the lock free
    for 10 ms between two batches, a drawing waited for 0.9 s, one in a hundred for 5.7 s.
    """

    def __init__(self) -> None:
        self._next = threading.Lock()

    def __call__(self, connection: Connection) -> None:
        deadline = time.monotonic() + BUSY_TIMEOUT_SECONDS
        raw = connection.connection.driver_connection
        assert raw is not None
        if self._next.acquire(timeout=BUSY_TIMEOUT_SECONDS):
            try:
                if _begun(raw, deadline):
                    return
            finally:
                self._next.release()
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # SQLAlchemy puts it in its own words


def _begun(raw: Any, deadline: float) -> bool:
    """Whether the write lock was had before the deadline, on the monotonic clock."""
    raw.execute("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                raw.execute("BEGIN IMMEDIATE")
            except sqlite_driver.OperationalError as exc:
                if "locked" not in str(exc) or time.monotonic() >= deadline:
                    return False
                time.sleep(LOOK_SECONDS)
            else:
                return True
    finally:
        raw.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}")


@contextlib.contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except OperationalError as exc:
        text = str(exc.orig)
        if "disk is full" in text or "disk I/O error" in text:
            raise StorageFull(
                "the disk is full, nothing was stored: make room, then send it again"
            ) from exc
        if "locked" in text or "busy" in text:
            raise NotReady("the database is busy: send it again in a few seconds") from exc
        if "no such table" in text:
            raise NotReady("the database is not set up: run `inkloop db upgrade`") from exc
        raise


def sqlite_version() -> str:
    """The version of the SQLite library in use."""
    return str(sqlite_driver.sqlite_version)


def has_wal_reset_bug(version: str) -> bool:
    """Whether this SQLite can lose commits of several processes in WAL mode.

    Source: sqlite.org/wal.html#walresetbug: 3.7.0 to 3.51.2, but for 3.50.7 and 3.44.6 onwards.
    """
    number = tuple(int(part) for part in version.split("."))
    fixed_branch = (3, 50, 7) <= number < (3, 51) or (3, 44, 6) <= number < (3, 45)
    return not (number >= (3, 51, 3) or fixed_branch)
