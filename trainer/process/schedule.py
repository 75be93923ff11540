"""When runs are due: APScheduler wakes at the schedule's moments, and the database decides.

The schedule is a row, not a pickled job: it is read again every second, so a change takes effect
at once, and the moment that was announced in it (`next_due_at`) tells after any sleep or outage
whether one was missed. Only this module knows APScheduler.
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

LOOK_SECONDS = 1.0
"""How often the schedule's row is read; the contract gives a change 5 s to take effect."""
SAY_ALIVE_SECONDS = 5.0
MISFIRE_GRACE_SECONDS = 7 * 24 * 3600
"""A tick that comes late, after a sleep of the machine, still counts."""
FIRST_TRIES = 3
TICK = "tick"

log = structlog.get_logger(__name__)


class PosixCronTrigger(BaseTrigger):
    """An APScheduler trigger by `core.schedule.cron`: its own cron counts weekdays from Monday."""

    def __init__(self, rule: str, timezone: str) -> None:
        cron.validate(rule, timezone)
        self.rule = rule
        self.timezone = timezone

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        """The moment after the last one; at the start, or later than that, the first from now on.

        What was missed is no matter here: of a clock set right after starting in 1970, a list of
        all of it would fill the memory.
        """
        start = now - timedelta(microseconds=1)
        after = start if previous_fire_time is None else max(previous_fire_time, start)
        found = cron.next_times(self.rule, self.timezone, after, 1)
        return found[0] if found else None

    def __str__(self) -> str:
        return f"cron[{self.rule} {self.timezone or 'local'}]"


class Ticker:
    """Follows the schedule's row and queues the runs that fall due; says that it does so."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime] = utc_now,
        shared_state: SharedState | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._shared_state = shared_state
        self._said_alive_at = -SAY_ALIVE_SECONDS
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
        """Catch up on what was missed, then keep following, on threads of its own."""
        # It logs every look at INFO; the ticks that matter are logged below.
        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        self.follow()
        self._scheduler.start()
        threading.Thread(target=self._keep_following, name="schedule", daemon=True).start()

    def stop(self) -> None:
        """Stop waking; what was queued stays queued."""
        self._is_over.set()
        self._scheduler.shutdown(wait=False)
        if self._shared_state is not None:
            with contextlib.suppress(NotReady):
                self._shared_state.forget_part(TRAINER)

    def _keep_following(self) -> None:
        """Look every second of the monotonic clock: APScheduler waits by the one that can be set.

        Were that set back by a day, it would sleep for a day.
        """
        while not self._is_over.wait(LOOK_SECONDS):
            try:
                self.follow()
            except (InkloopError, SQLAlchemyError, OSError) as error:
                log.error("cannot follow the schedule", why=str(error))

    def follow(self) -> None:
        """Look at the schedule's row: wait for another moment if it changed, catch up if late.

        A moment that is announced later than the next one was announced by a clock that ran ahead.
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
        self._say_alive()

    def _say_alive(self) -> None:
        """Where the server's `/readyz` looks for it."""
        now = time.monotonic()
        if self._shared_state is None or now - self._said_alive_at < SAY_ALIVE_SECONDS:
            return
        self._said_alive_at = now
        try:
            self._shared_state.report_part(TRAINER, now=utc_now())
        except NotReady as error:
            log.warning("cannot say that it is alive", why=str(error))

    def tick(self) -> str | None:
        """Do what is due now, if anything is. Returns what that was, as in the schedule's row."""
        now = self._clock()
        with self._database.write() as session:
            n_new = drawing_queries.n_new(session)
            outcome = take_tick(session, n_new=n_new, seed=new_seed(), now=now)
        if outcome is not None:
            log.info("schedule came due", outcome=outcome, n_new=n_new)
        return outcome

    def _await(self, wanted: tuple[str, str] | None) -> None:
        self._followed = wanted
        if wanted is None:
            if self._scheduler.get_job(TICK) is not None:
                self._scheduler.remove_job(TICK)
            log.info("schedule is off")
            return
        trigger = PosixCronTrigger(*wanted)
        self._scheduler.add_job(self.tick, trigger, id=TICK, replace_existing=True)
        log.info("schedule", cron=wanted[0], timezone=wanted[1] or "local")


def queue_first_run(database: Database, now: datetime) -> bool:
    """On an instance without any live version, ask for the first training. Returns whether.

    A first model that its gate held is tried again with another seed, but not for ever.
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
    """A seed for a run, kept in its row: 0 to 2**31 - 1."""
    return secrets.randbelow(2**31)


def _log_trouble(event: JobExecutionEvent) -> None:
    if event.code == EVENT_JOB_MISSED:
        log.warning("tick missed", job=event.job_id, due_at=str(event.scheduled_run_time))
    else:
        log.error("tick failed", job=event.job_id, exc_info=event.exception)
