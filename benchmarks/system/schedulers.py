"""Many schedulers on one database: each due moment gives exactly one run.

The schedulers are processes with their own connections. They share a clock, which this process
moves from one due moment to the next; after each it ends the queued run, as a trainer would.
"""

from __future__ import annotations

import logging
import multiprocessing
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Barrier
from typing import Any

import structlog
from sqlalchemy import select, update

from core.base.kinds import RunStatus
from core.base.settings import Settings
from core.schedule import cron
from core.schedule.due import change_schedule
from core.storage import migrate
from core.storage.database import Database
from core.storage.tables import Run
from trainer.process.schedule import Ticker

RULE, ZONE = "30 2 * * *", "Europe/Berlin"
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
WAIT_SECONDS = 3600.0


def log_warnings_only() -> None:
    """Let this process log only warnings: thousands of moments come due."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))


def compete(
    settings: Settings, n_schedulers: int, n_moments: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """Let all schedulers check each due moment at once. Returns: the runs, lost and doubled."""
    database = _nightly_schedule(settings, BEGIN)
    moments = cron.next_times(RULE, ZONE, BEGIN, n_moments)
    # Spawned, not forked: processes must not share a database connection.
    context = multiprocessing.get_context("spawn")
    now, barrier = context.Value("d", 0.0), context.Barrier(n_schedulers + 1, timeout=WAIT_SECONDS)
    processes = [
        context.Process(target=_schedule, args=(settings, now, barrier, n_moments))
        for _ in range(n_schedulers)
    ]
    for process in processes:
        process.start()
    try:
        for n, moment in enumerate(moments, start=1):
            now.value = moment.timestamp()
            barrier.wait()  # start of the check
            barrier.wait()  # end of the check
            _end_run(database, moment + timedelta(minutes=1))
            if n % 50 == 0:
                say(f"{n} of {n_moments} moments")
        barrier.wait()
    finally:
        for process in processes:
            process.join(WAIT_SECONDS if not barrier.broken else 0)
            process.kill()
    counted = _counted(database, moments)
    database.dispose()
    return counted | {"n_schedulers": n_schedulers, "n_moments": n_moments}


def _schedule(settings: Settings, now: Any, barrier: Barrier, n_moments: int) -> None:
    """A scheduler's process: one check per moment, at the same time as all others."""
    log_warnings_only()
    database = Database(settings)
    ticker = Ticker(database, lambda: datetime.fromtimestamp(now.value, UTC))
    for _ in range(n_moments):
        barrier.wait()
        ticker.follow()
        barrier.wait()
    barrier.wait()
    database.dispose()


def _nightly_schedule(settings: Settings, now: datetime) -> Database:
    """A migrated database with a nightly schedule that needs no new drawings."""
    migrate.upgrade(settings)
    database = Database(settings)
    with database.write() as session:
        change_schedule(
            session, rule=RULE, timezone=ZONE, min_new_drawings=0, enabled=True, by="bench",
            now=now,
        )  # fmt: skip
    return database


def _end_run(database: Database, now: datetime) -> None:
    """End the queued run, if there is one."""
    with database.write() as session:
        session.execute(
            update(Run)
            .where(Run.status == RunStatus.QUEUED)
            .values(status=RunStatus.FAILED, finished_at=now)
        )


def _counted(database: Database, moments: list[datetime]) -> dict[str, int]:
    with database.read() as session:
        due = Counter(session.scalars(select(Run.due_at)))
    return {
        "n_runs": due.total(),
        "n_lost": len(set(moments) - set(due)),
        "n_doubled": sum(n - 1 for n in due.values()),
    }
