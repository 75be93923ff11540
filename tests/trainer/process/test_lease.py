"""The lease: one holder at a time, among real processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.base.clock import utc_now
from core.base.errors import LeaseLost
from core.base.settings import Settings
from core.runs import lease as run_lease
from core.storage.database import Database
from core.storage.tables import Lease
from tests.conftest import NOW
from trainer.process.lease import TTL, HeldLease, try_lease


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def _wait_for(condition: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _row(database: Database) -> Lease:
    with database.read() as session:
        return session.get_one(Lease, run_lease.LEASE)


def test_a_second_trainer_gets_no_lease(database: Database, settings: Settings) -> None:
    with (
        try_lease(database, settings.instance) as first,
        try_lease(database, settings.instance) as second,
    ):
        assert first is not None
        assert second is None


def test_a_released_lease_can_be_taken_at_once(database: Database, settings: Settings) -> None:
    with try_lease(database, settings.instance):
        pass
    with try_lease(database, settings.instance) as again:
        assert again is not None
        assert again.fence == 2


def _hold_until_killed(settings: Settings) -> None:
    with try_lease(Database(settings), settings.instance) as lease:
        assert lease is not None
        (settings.instance / "held").touch()
        time.sleep(60)


def test_on_the_same_machine_a_killed_holder_is_replaced_at_once(
    database: Database, settings: Settings
) -> None:
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_hold_until_killed, args=(settings,))
    process.start()
    assert _wait_for((settings.instance / "held").exists)
    process.kill()
    process.join()

    with try_lease(database, settings.instance) as lease:
        assert lease is not None
        assert lease.fence == 2


def test_a_suspended_holder_is_replaced_when_its_lease_expires(
    database: Database, settings: Settings
) -> None:
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_hold_until_killed, args=(settings,))
    process.start()
    assert _wait_for((settings.instance / "held").exists)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGSTOP)

    with try_lease(database, settings.instance) as too_early:
        assert too_early is None
    after_its_time = Clock()
    after_its_time.now = utc_now() + TTL + timedelta(seconds=1)
    with try_lease(database, settings.instance, clock=after_its_time) as successor:
        assert successor is not None
        assert successor.fence == 2

    process.kill()
    process.join()


def test_a_suspended_holder_notices_the_loss_at_its_next_heartbeat(
    database: Database, settings: Settings
) -> None:
    clock = Clock()
    with try_lease(database, settings.instance, clock=clock, beat_seconds=0.2) as sleeper:
        assert sleeper is not None
        with database.write() as session:  # another machine, later
            fence = run_lease.take_lease(session, "elsewhere", now=NOW + 2 * TTL, ttl=TTL)

        assert fence == 2
        assert _wait_for(lambda: _is_lost(sleeper))
    assert _row(database).owner == "elsewhere"


def _is_lost(lease: HeldLease) -> bool:
    try:
        lease.check()
    except LeaseLost:
        return True
    return False


def test_a_holder_with_heartbeats_keeps_its_lease(database: Database, settings: Settings) -> None:
    clock = Clock()
    with try_lease(database, settings.instance, clock=clock, beat_seconds=0.05) as lease:
        assert lease is not None
        clock.now = NOW + timedelta(hours=1)
        assert _wait_for(lambda: _row(database).heartbeat_at == clock.now)

        with try_lease(database, Path(settings.instance, "other"), clock=clock) as other:
            assert other is None
        lease.check()


def test_a_holder_without_heartbeats_stops_before_its_lease_expires(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer.process.lease.SELF_STOP_SECONDS", 0.2)
    monkeypatch.setattr("core.storage.database.BUSY_TIMEOUT_SECONDS", 0)
    impatient = Database(settings)
    blocked, done = threading.Event(), threading.Event()

    def block() -> None:
        with database.write() as session:
            session.get_one(Lease, run_lease.LEASE)  # the first statement takes the write lock
            blocked.set()
            done.wait(20)

    with try_lease(impatient, settings.instance, beat_seconds=0.1) as lease:
        assert lease is not None
        thread = threading.Thread(target=block)
        thread.start()
        blocked.wait(10)
        try:
            assert _wait_for(lambda: _is_lost(lease))
        finally:
            done.set()
            thread.join()
    impatient.dispose()
