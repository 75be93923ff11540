"""State that processes share and may lose: rate limits, request counts, heartbeats.

It is a second SQLite file, which is not synced at commits and has a write lock of its own. A power
cut may damage it: `discard_if_broken` then removes it, and an empty one is made.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection, MetaData, delete, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import SQLAlchemyError

from core.base.errors import NotReady
from core.base.settings import Settings
from core.storage.database import UtcDateTime, sqlite_engine

WORKER_IS_ALIVE_FOR = timedelta(seconds=10)
TRAINER = "trainer"

_metadata = MetaData()
_hits = sa.Table(
    "hits",
    _metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("began", sa.Integer, primary_key=True),  # seconds since 1970
    sa.Column("n", sa.Integer, nullable=False),
    sqlite_strict=True,
)
_totals = sa.Table(
    "totals",
    _metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("total", sa.REAL, nullable=False),
    sqlite_strict=True,
)
_workers = sa.Table(
    "workers",
    _metadata,
    sa.Column("pid", sa.Integer, primary_key=True),
    sa.Column("version", sa.Integer),
    sa.Column("problem", sa.Text),
    sa.Column("seen_at", UtcDateTime, nullable=False),
    sqlite_strict=True,
)
_parts = sa.Table(
    "parts",
    _metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("seen_at", UtcDateTime, nullable=False),
    sqlite_strict=True,
)


@dataclass(frozen=True, slots=True)
class Worker:
    """A server process, the version it serves, and why that is not the newest, if so."""

    pid: int
    version: int | None
    problem: str | None


class SharedState:
    """Counts and heartbeats of all workers and of the trainer.

    Every method raises NotReady while the file cannot be read or written. Callers continue without.
    """

    def __init__(self, settings: Settings) -> None:
        settings.shared_state_path.parent.mkdir(parents=True, exist_ok=True)
        self._engine = sqlite_engine(
            settings.shared_state_path, "BEGIN IMMEDIATE", synchronous="OFF"
        )
        with self._transaction() as connection:
            _metadata.create_all(connection)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as exc:
            why = getattr(exc, "orig", None) or type(exc).__name__
            raise NotReady(f"the shared state cannot be read or written: {why}") from exc

    def hit(
        self, key: str, *, limit: int, window_seconds: int, now: datetime, n: int = 1
    ) -> int | None:
        """Count `n` requests under `key`, in a sliding window: of the window before, the share
        that still overlaps counts.

        Returns: None within the limit, else the seconds to wait.
        """
        seconds_in = now.timestamp() % window_seconds
        began = round(now.timestamp() - seconds_in)
        row = insert(_hits).values(key=key, began=began, n=n)
        added = {"n": _hits.c.n + row.excluded.n}
        statement = row.on_conflict_do_update(["key", "began"], set_=added).returning(_hits.c.n)
        earlier = began - window_seconds
        before = select(_hits.c.n).where(_hits.c.key == key, _hits.c.began == earlier)
        with self._transaction() as connection:
            current = connection.execute(statement).scalar_one()
            previous = connection.execute(before).scalar_one_or_none() or 0
        overlap = 1 - seconds_in / window_seconds
        if current + previous * overlap <= limit:
            return None
        return max(1, round(window_seconds - seconds_in))

    def forget_hits(self, *, window_seconds: int, now: datetime) -> None:
        """Delete the counts that no window of that length or shorter needs."""
        oldest = int(now.timestamp()) - 2 * window_seconds
        with self._transaction() as connection:
            connection.execute(delete(_hits).where(_hits.c.began < oldest))

    def add_totals(self, amounts: Mapping[str, float]) -> None:
        """Add to totals that only grow, such as the number of requests."""
        statement = insert(_totals)
        grown = statement.on_conflict_do_update(
            ["name"], set_={"total": _totals.c.total + statement.excluded.total}
        )
        rows = [{"name": name, "total": amount} for name, amount in amounts.items()]
        with self._transaction() as connection:
            connection.execute(grown, rows)

    def totals(self) -> dict[str, float]:
        """Return the totals of all workers together."""
        with self._transaction() as connection:
            rows = connection.execute(select(_totals.c.name, _totals.c.total)).all()
        return {row.name: row.total for row in rows}

    def report_worker(self, version: int | None, problem: str | None, *, now: datetime) -> None:
        """Record that this process is alive and serves `version`."""
        values = {"version": version, "problem": problem, "seen_at": now}
        statement = insert(_workers).values(pid=os.getpid(), **values)
        with self._transaction() as connection:
            connection.execute(statement.on_conflict_do_update(["pid"], set_=values))

    def workers(self, *, now: datetime) -> list[Worker]:
        """Return the server processes that reported within the last ten seconds."""
        alive = select(_workers).where(_workers.c.seen_at > now - WORKER_IS_ALIVE_FOR)
        with self._transaction() as connection:
            rows = connection.execute(alive.order_by(_workers.c.pid)).all()
        return [Worker(pid=row.pid, version=row.version, problem=row.problem) for row in rows]

    def report_part(self, name: str, *, now: datetime) -> None:
        """Record that a part other than a worker, such as the trainer, is alive."""
        statement = insert(_parts).values(name=name, seen_at=now)
        with self._transaction() as connection:
            connection.execute(statement.on_conflict_do_update(["name"], set_={"seen_at": now}))

    def forget_part(self, name: str) -> None:
        """Delete the heartbeat of a part that stops cleanly."""
        with self._transaction() as connection:
            connection.execute(delete(_parts).where(_parts.c.name == name))

    def part_seen_at(self, name: str) -> datetime | None:
        """Return the time of a part's last heartbeat; None after a clean stop, or without one."""
        with self._transaction() as connection:
            found = connection.execute(select(_parts.c.seen_at).where(_parts.c.name == name))
            seen_at: datetime | None = found.scalar_one_or_none()
        return seen_at

    def dispose(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def discard_if_broken(settings: Settings) -> bool:
    """Remove the file if it is damaged; call this before any process opens it.

    It is never synced, so a power cut may leave half of it, with which no worker starts.

    Returns: whether it was removed.
    """
    path = settings.shared_state_path
    if not path.exists():
        return False
    engine = sqlite_engine(path, "BEGIN IMMEDIATE", synchronous="OFF")
    try:
        with engine.begin() as connection:
            is_whole = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() == "ok"
            if is_whole:
                _metadata.create_all(connection)
    except sa.exc.OperationalError:
        return False  # busy, or the disk is full: neither is damage
    except sa.exc.DatabaseError:
        is_whole = False
    finally:
        engine.dispose()
    if not is_whole:
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
    return not is_whole
