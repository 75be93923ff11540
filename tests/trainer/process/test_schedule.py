"""The schedule: effects of a due moment, changes, and clocks that are set."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Self

import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import select

from core.base.clock import utc_now
from core.base.kinds import RunStatus
from core.runs.lifecycle import queue_run
from core.schedule import due
from core.schedule.due import change_schedule
from core.storage.database import Database
from core.storage.tables import Run
from tests.conftest import NOW
from tests.support.factories import make_drawing, make_version
from trainer.process.schedule import POLL_SECONDS, PosixCronTrigger, Ticker, queue_first_run


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ticker(database: Database, clock: Clock) -> Ticker:
    return Ticker(database, clock)


def _schedule(database: Database, **changes: Any) -> None:
    given: dict[str, Any] = {
        "rule": "0 3 * * *",
        "timezone": "UTC",
        "min_new_drawings": 2,
        "enabled": True,
    }
    with database.write() as session:
        change_schedule(session, by="user:1", now=NOW, **(given | changes))


def _champion_and_drawings(database: Database, n: int) -> None:
    """A live version, and drawings of which four in five are new."""
    with database.write() as session:
        make_version(session, 1)
        for _ in range(n):
            make_drawing(session)


def _runs(database: Database) -> list[Run]:
    with database.read() as session:
        return list(session.scalars(select(Run).order_by(Run.id)))


def _outcome(database: Database) -> str | None:
    with database.read() as session:
        return due.schedule(session).last_outcome


def _wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_a_due_moment_with_enough_new_drawings_queues_a_run(
    database: Database, ticker: Ticker, clock: Clock
) -> None:
    _champion_and_drawings(database, 5)
    _schedule(database)
    clock.now = datetime(2026, 3, 15, 3, 0, tzinfo=UTC)

    outcome = ticker.tick()

    (run,) = _runs(database)
    assert (outcome, run.status, run.requested_by) == ("run", "queued", "schedule")
    assert run.due_at == clock.now


def test_too_few_new_drawings_queue_nothing_and_the_outcome_is_recorded(
    database: Database, ticker: Ticker, clock: Clock
) -> None:
    _champion_and_drawings(database, 5)
    _schedule(database, min_new_drawings=5)
    clock.now = datetime(2026, 3, 15, 3, 0, tzinfo=UTC)

    ticker.tick()

    with database.read() as session:
        row = due.schedule(session)
        assert (row.last_outcome, row.last_n_new, row.last_due_at) == ("too_few", 4, clock.now)
    assert _runs(database) == []


def test_without_a_model_a_due_moment_needs_no_drawings(
    database: Database, ticker: Ticker, clock: Clock
) -> None:
    _schedule(database)
    clock.now = datetime(2026, 3, 15, 3, 0, tzinfo=UTC)

    assert ticker.tick() == "run"


def test_a_moment_that_falls_due_during_a_run_is_skipped(
    database: Database, ticker: Ticker, clock: Clock
) -> None:
    _champion_and_drawings(database, 5)
    _schedule(database)
    with database.write() as session:
        queue_run(session, requested_by="user:1", is_forced=True, seed=1, now=NOW)
    clock.now = datetime(2026, 3, 15, 3, 0, tzinfo=UTC)

    assert ticker.tick() == "busy"
    assert len(_runs(database)) == 1


def test_before_its_moment_nothing_is_due(database: Database, ticker: Ticker, clock: Clock) -> None:
    _champion_and_drawings(database, 5)
    _schedule(database)
    clock.now = datetime(2026, 3, 15, 2, 59, 59, tzinfo=UTC)

    assert ticker.tick() is None


def test_two_trainers_take_a_moment_once(database: Database, ticker: Ticker, clock: Clock) -> None:
    _champion_and_drawings(database, 5)
    _schedule(database)
    clock.now = datetime(2026, 3, 15, 3, 0, tzinfo=UTC)

    assert [ticker.tick(), Ticker(database, clock).tick()] == ["run", None]


def test_moments_missed_during_downtime_count_as_one(database: Database, clock: Clock) -> None:
    _champion_and_drawings(database, 5)
    _schedule(database)
    clock.now = datetime(2026, 3, 19, 12, 0, tzinfo=UTC)  # five nights later

    ticker = Ticker(database, clock)
    ticker.start()
    ticker.stop()

    (run,) = _runs(database)
    assert run.due_at == datetime(2026, 3, 15, 3, 0, tzinfo=UTC)
    with database.read() as session:
        following = due.schedule(session).next_due_at
    assert following == datetime(2026, 3, 20, 3, 0, tzinfo=UTC)


def test_after_a_clock_was_ahead_no_moment_is_missed(database: Database, clock: Clock) -> None:
    _champion_and_drawings(database, 5)
    _schedule(database)
    ticker = Ticker(database, clock)
    clock.now = datetime(2031, 1, 1, tzinfo=UTC)
    ticker.follow()
    assert len(_runs(database)) == 1

    clock.now = datetime(2026, 3, 15, 12, 0, tzinfo=UTC)
    ticker.follow()

    with database.read() as session:
        following = due.schedule(session).next_due_at
    assert following == datetime(2026, 3, 16, 3, 0, tzinfo=UTC)


def test_after_a_clock_is_set_back_no_moment_runs_twice(database: Database, clock: Clock) -> None:
    _champion_and_drawings(database, 5)
    _schedule(database)
    ticker = Ticker(database, clock)
    clock.now = datetime(2026, 3, 15, 3, 0, tzinfo=UTC)
    assert ticker.tick() == "run"

    clock.now = datetime(2026, 3, 15, 2, 58, tzinfo=UTC)
    ticker.follow()
    clock.now = datetime(2026, 3, 15, 3, 0, tzinfo=UTC)
    ticker.follow()

    (run,) = _runs(database)
    assert run.due_at == datetime(2026, 3, 15, 3, 0, tzinfo=UTC)


def test_a_new_instance_records_its_first_moment_and_nothing_is_due(
    database: Database, ticker: Ticker
) -> None:
    ticker.follow()

    with database.read() as session:
        row = due.schedule(session)
        assert row.next_due_at is not None
        assert row.last_outcome is None


def test_a_disabled_schedule_queues_nothing(
    database: Database, ticker: Ticker, clock: Clock
) -> None:
    _champion_and_drawings(database, 5)
    _schedule(database, enabled=False)
    clock.now = NOW + timedelta(days=400)

    ticker.follow()

    assert (_runs(database), _outcome(database)) == ([], None)


@pytest.fixture
def running(database: Database) -> Iterator[Ticker]:
    ticker = Ticker(database)
    ticker.start()
    yield ticker
    ticker.stop()


def test_a_change_takes_effect_within_five_seconds(database: Database, running: Ticker) -> None:
    scheduler: BackgroundScheduler = running._scheduler
    with database.write() as session:
        change_schedule(
            session,
            rule="30 4 * * mon",
            timezone="Asia/Shanghai",
            min_new_drawings=1,
            enabled=True,
            by="user:1",
            now=utc_now(),
        )

    def follows() -> bool:
        job = scheduler.get_job("tick")
        return job is not None and job.trigger.rule == "30 4 * * mon"

    assert _wait_for(follows, 5)
    with database.read() as session:
        assert scheduler.get_job("tick").next_run_time == due.schedule(session).next_due_at


def test_disabling_takes_effect_within_five_seconds(database: Database, running: Ticker) -> None:
    _schedule(database, enabled=False)

    assert _wait_for(lambda: running._scheduler.get_job("tick") is None, 5)


def test_a_moment_that_falls_due_while_running_queues_a_run(
    database: Database, running: Ticker
) -> None:
    _champion_and_drawings(database, 5)
    with database.write() as session:
        row = due.schedule(session)
        row.min_new_drawings = 1
        row.next_due_at = utc_now() + timedelta(seconds=0.5)

    assert _wait_for(lambda: _outcome(database) == "run", 5)


def test_polling_continues_after_the_clock_is_set_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    class WallClock(datetime):
        ahead = timedelta(days=1)

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(time.time(), tz) + cls.ahead

    monkeypatch.setattr("apscheduler.schedulers.base.datetime", WallClock)
    ticker = Ticker(database)
    ticker.start()
    try:
        assert _wait_for(lambda: ticker._scheduler.get_job("tick") is not None, 5)
        WallClock.ahead = timedelta(0)
        time.sleep(POLL_SECONDS)  # let APScheduler wait by the clock that was ahead
        _schedule(database, enabled=False)

        assert _wait_for(lambda: ticker._scheduler.get_job("tick") is None, 5)
    finally:
        ticker.stop()


def test_a_clock_that_jumps_by_decades_lists_no_missed_moments() -> None:
    trigger = PosixCronTrigger("* * * * *", "UTC")
    long_ago = datetime(1970, 1, 1, tzinfo=UTC)

    assert trigger.get_next_fire_time(long_ago, NOW) == datetime(2026, 3, 14, 15, 10, tzinfo=UTC)


def test_the_trigger_continues_after_the_last_moment() -> None:
    trigger = PosixCronTrigger("0 3 * * 0", "UTC")
    first = trigger.get_next_fire_time(None, NOW)

    assert first == datetime(2026, 3, 15, 3, tzinfo=UTC)
    assert trigger.get_next_fire_time(first, NOW) == datetime(2026, 3, 22, 3, tzinfo=UTC)


def test_the_first_run_is_queued_once_and_only_without_a_live_version(database: Database) -> None:
    assert queue_first_run(database, NOW)
    assert not queue_first_run(database, NOW)
    with database.write() as session:
        for run in session.scalars(select(Run)):
            run.status = RunStatus.FAILED
        make_version(session, 1)
    assert not queue_first_run(database, NOW)
