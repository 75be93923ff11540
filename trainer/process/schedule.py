"""Queue runs when they are due: APScheduler wakes at the schedule's moments, the database decides.

The schedule is a row, not a pickled job. It is read again every second, so a change takes effect at
once. The row also holds the next due moment (`next_due_at`), which shows after any sleep or outage
whether one was missed. Only this module uses APScheduler.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from core.base.clock import utc_now
from core.base.errors import InkloopError, NotReady
from core.base.kinds import RunStatus
from core.drawings import queries as drawing_queries
from core.runs.lifecycle import queue_run
from core.schedule import cron, due
from core.schedule.due import take_tick
from core.storage.database import Database
from core.storage.shared_state import TRAINER, SharedState
from core.storage.tables import Run
from core.versions import queries as version_queries

POLL_SECONDS = 1.0
"""Interval of reading the schedule's row. A change has to take effect within 5 s."""
HEARTBEAT_SECONDS = 5.0
MISFIRE_GRACE_SECONDS = 7 * 24 * 3600
"""A tick that is late, after the machine slept, still counts."""
FIRST_TRIES = 3
TICK = "tick"

log = structlog.get_logger(__name__)


class PosixCronTrigger(BaseTrigger):
    """An APScheduler trigger that uses `core.schedule.cron`.

    APScheduler's own cron trigger counts weekdays from Monday, POSIX from Sunday.
    """

    def __init__(self, rule: str, timezone: str) -> None:
        cron.validate(rule, timezone)
        self.rule = rule
        self.timezone = timezone

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        """Return the first moment after the previous one and not before now.

        Missed moments are skipped: after a start with a clock in 1970 that is then corrected, a
        list of them would fill the memory.
        """
        start = now - timedelta(microseconds=1)
        after = start if previous_fire_time is None else max(previous_fire_time, start)
        found = cron.next_times(self.rule, self.timezone, after, 1)
        return found[0] if found else None

    def __str__(self) -> str:
        return f"cron[{self.rule} {self.timezone or 'local'}]"


class Ticker:
    """Follows the schedule's row, queues due runs, and reports that this trainer is alive."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime] = utc_now,
        shared_state: SharedState | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._shared_state = shared_state
        self._reported_at = -HEARTBEAT_SECONDS
        self._followed: tuple[str, str] | None = None
        self._scheduler = BackgroundScheduler(
            jobstores={"default": MemoryJobStore()},
            job_defaults={
                "coalesce": True,
                "max_instances": 1,
                "misfire_grace_time": MISFIRE_GRACE_SECONDS,
            },
            timezone=UTC,
        )
        self._scheduler.add_listener(_log_trouble, EVENT_JOB_ERROR | EVENT_JOB_MISSED)
        self._is_over = threading.Event()

    def start(self) -> None:
        """Queue what was missed, then follow the schedule on threads of its own."""
        # It logs each wake-up at INFO; `tick` logs the ones that queue a run.
        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        self.follow()
        self._scheduler.start()
        threading.Thread(target=self._keep_following, name="schedule", daemon=True).start()

    def stop(self) -> None:
        """Stop following the schedule. Queued runs stay queued."""
        self._is_over.set()
        self._scheduler.shutdown(wait=False)
        if self._shared_state is not None:
            with contextlib.suppress(NotReady):
                self._shared_state.forget_part(TRAINER)

    def _keep_following(self) -> None:
        """Poll by the monotonic clock: APScheduler waits by the wall clock.

        If the wall clock were set back by a day, APScheduler would sleep for a day.
        """
        while not self._is_over.wait(POLL_SECONDS):
            try:
                self.follow()
            except (InkloopError, SQLAlchemyError, OSError) as error:
                log.error("cannot follow the schedule", why=str(error))

    def follow(self) -> None:
        """Read the schedule's row: apply changes, and tick if its due moment has passed.

        A due moment later than the next one was computed while the clock was ahead: tick then too.
        """
        with self._database.read() as session:
            row = due.schedule(session)
            wanted = (row.cron, row.timezone) if row.enabled else None
            announced = row.next_due_at
        if wanted != self._followed:
            self._await(wanted)
        if wanted is not None:
            now = self._clock()
            coming = cron.next_times(*wanted, now, 1)
            if announced is None or announced <= now or (coming and coming[0] < announced):
                self.tick()
        self._report_alive()

    def _report_alive(self) -> None:
        """Write the heartbeat that the server's `/readyz` reads."""
        now = time.monotonic()
        if self._shared_state is None or now - self._reported_at < HEARTBEAT_SECONDS:
            return
        self._reported_at = now
        try:
            self._shared_state.report_part(TRAINER, now=utc_now())
        except NotReady as error:
            log.warning("heartbeat not written", why=str(error))

    def tick(self) -> str | None:
        """Queue a run if one is due. Returns the outcome as in the schedule's row, or None."""
        now = self._clock()
        with self._database.write() as session:
            n_new = drawing_queries.n_new(session)
            outcome = take_tick(session, n_new=n_new, seed=new_seed(), now=now)
        if outcome is not None:
            log.info("schedule due", outcome=outcome, n_new=n_new)
        return outcome

    def _await(self, wanted: tuple[str, str] | None) -> None:
        self._followed = wanted
        if wanted is None:
            if self._scheduler.get_job(TICK) is not None:
                self._scheduler.remove_job(TICK)
            log.info("schedule off")
            return
        trigger = PosixCronTrigger(*wanted)
        self._scheduler.add_job(self.tick, trigger, id=TICK, replace_existing=True)
        log.info("schedule changed", cron=wanted[0], timezone=wanted[1] or "local")


def queue_first_run(database: Database, now: datetime) -> bool:
    """Queue the first training if no version is live. Returns whether a run was queued.

    After its gate held a first model, it is tried again with another seed, `FIRST_TRIES` times.
    """
    held = select(func.count(Run.id)).where(Run.status == RunStatus.HELD)
    with database.read() as session:
        if version_queries.champion(session) is not None:
            return False
        if session.scalars(held).one() >= FIRST_TRIES:
            return False
    with database.write() as session:
        _, is_new = queue_run(
            session, requested_by="first", is_forced=True, seed=new_seed(), now=now
        )
    return is_new


def new_seed() -> int:
    """Return a random seed for a run: 0 to 2**31 - 1."""
    return secrets.randbelow(2**31)


def _log_trouble(event: JobExecutionEvent) -> None:
    if event.code == EVENT_JOB_MISSED:
        log.warning("tick missed", job=event.job_id, due_at=str(event.scheduled_run_time))
    else:
        log.error("tick failed", job=event.job_id, exc_info=event.exception)
