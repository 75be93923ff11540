"""The database: engines, transactions, column types, constraint names. Tables are in `tables.py`.

The SQLite library comes from the `pysqlite3` wheel, since the system's may have the WAL-reset bug
(3.7.0 to 3.51.2), which can lose commits when several processes write. Only SQLite itself may open
the live files: closing any other descriptor of them drops this process's locks.
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
except ImportError:  # the wheel exists for Linux only; `inkloop doctor` reports the version
    dbapi2 = sqlite3
sqlite_driver = dbapi2

BUSY_TIMEOUT_SECONDS = 10
POLL_SECONDS = 0.002
"""Time between two attempts of a process to get the write lock."""
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
# STRICT tables accept only INTEGER, TEXT, REAL and BLOB; these types render so on SQLite.
TEXT = sa.Text()
BLOB = sa.LargeBinary()
REAL = sa.Float().with_variant(sa.REAL(), "sqlite")
INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


class Boolean(TypeDecorator[bool]):
    """A boolean, stored as 0 or 1 in STRICT tables and read as `bool`, which JSON needs."""

    impl = sa.Boolean().with_variant(sa.Integer(), "sqlite")
    cache_ok = True

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> bool | None:
        """Turn 0 or 1 into a boolean."""
        return None if value is None else bool(value)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, stored as microseconds since 1970: sortable, and accepted by STRICT tables."""

    impl = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:
        """Turn it into a number. Raises: ValueError, for a time without zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        delta = value - EPOCH
        return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> datetime | None:
        """Turn it into a time in UTC."""
        if value is None:
            return None
        return datetime.fromtimestamp(value // 1_000_000, UTC).replace(
            microsecond=value % 1_000_000
        )


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Json(TypeDecorator[Any]):
    """A JSON value, stored as compact text with sorted keys. NaN and infinities are refused."""

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
    """The base of all tables, with constraint names that migrations can rely on."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {
        bool: Boolean,
        str: TEXT,
        bytes: BLOB,
        float: REAL,
        int: INTEGER,
        datetime: UtcDateTime,
    }


class Database:
    """Two engines on one file: one for read-only transactions, one for writers that wait in line.

    A deferred transaction that turns from reading to writing fails at once if another process has
    written since it began, whatever the time-out. So writers take the lock at their start (BEGIN
    IMMEDIATE), and all other transactions are read-only.
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
        """Open a transaction that may write: committed at the end, rolled back on any error.

        Raises: StorageFull; NotReady, if the lock is not free within ten seconds.
        """
        with _translated_errors(), self._write.begin() as session:
            yield session

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """Open a read-only transaction with a consistent view."""
        with _translated_errors(), self._read.begin() as session:
            yield session

    def dispose(self) -> None:
        """Close all connections. The next use opens new ones."""
        self._write_engine.dispose()
        self._read_engine.dispose()


def sqlite_engine(path: Path, begin: str, *, synchronous: str = "FULL", **options: Any) -> Engine:
    """Return an engine for the SQLite file at `path` whose transactions start with `begin`."""
    engine = create_engine(
        f"sqlite:///{path}",
        module=sqlite_driver,
        connect_args={"timeout": 0},
        hide_parameters=True,  # errors are logged, and must not carry stored values
        **options,
    )
    event.listen(engine, "connect", _Connect(read_only=begin == "BEGIN", synchronous=synchronous))
    writes = begin == "BEGIN IMMEDIATE"
    event.listen(
        engine, "begin", _BeginWriting() if writes else lambda one: one.exec_driver_sql(begin)
    )
    return engine


def _make_engine(path: Path, begin: str, pool_size: int) -> Engine:
    return sqlite_engine(path, begin, pool_size=pool_size, max_overflow=64, pool_timeout=30)


class _Connect:
    """Sets up each new SQLite connection."""

    def __init__(self, *, read_only: bool, synchronous: str) -> None:
        self.pragmas = [
            f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}",
            "PRAGMA journal_mode = WAL",
            # FULL syncs the WAL at every commit, so that a commit survives a power cut.
            f"PRAGMA synchronous = {synchronous}",
            "PRAGMA foreign_keys = ON",
            "PRAGMA trusted_schema = OFF",
            "PRAGMA journal_size_limit = 67108864",
        ]
        if read_only:
            self.pragmas.append("PRAGMA query_only = ON")

    def __call__(self, connection: Any, _record: object) -> None:
        # Otherwise the driver begins transactions itself, deferred, at the first write.
        connection.isolation_level = None
        for pragma in self.pragmas:
            connection.execute(pragma)


class _BeginWriting:
    """Begins a write transaction: polls for the lock, one thread of a process at a time.

    SQLite's own busy handler polls every 100 ms after a while. Beside an import, which leaves the
    lock free for 10 ms between two batches, a drawing waited 0.9 s, and one in a hundred 5.7 s.
    """

    def __init__(self) -> None:
        self._next = threading.Lock()

    def __call__(self, connection: Connection) -> None:
        deadline = time.monotonic() + BUSY_TIMEOUT_SECONDS
        raw = connection.connection.driver_connection
        assert raw is not None
        if self._next.acquire(timeout=BUSY_TIMEOUT_SECONDS):
            try:
                if _gets_lock(raw, deadline):
                    return
            finally:
                self._next.release()
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # raises the error as SQLAlchemy's


def _gets_lock(raw: Any, deadline: float) -> bool:
    """Return whether the write lock was free before the deadline, on the monotonic clock."""
    raw.execute("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                raw.execute("BEGIN IMMEDIATE")
            except sqlite_driver.OperationalError as exc:
                if "locked" not in str(exc) or time.monotonic() >= deadline:
                    return False
                time.sleep(POLL_SECONDS)
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
    """Return the version of the SQLite library in use."""
    return str(sqlite_driver.sqlite_version)


def has_wal_reset_bug(version: str) -> bool:
    """Return whether this SQLite can lose commits when several processes write in WAL mode.

    Source: sqlite.org/wal.html#walresetbug: 3.7.0 to 3.51.2, except 3.44.6 and 3.50.7 onwards.
    """
    number = tuple(int(part) for part in version.split("."))
    fixed_branch = (3, 50, 7) <= number < (3, 51) or (3, 44, 6) <= number < (3, 45)
    return not (number >= (3, 51, 3) or fixed_branch)
