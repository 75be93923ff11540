"""Rate limits, totals and heartbeats that all processes share and may lose."""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime, timedelta

import pytest

from core.base.errors import NotReady
from core.base.settings import Settings
from core.storage.database import sqlite_driver
from core.storage.shared_state import TRAINER, SharedState, Worker, discard_if_broken

MINUTE = datetime(2026, 3, 14, 15, 9, 0, tzinfo=UTC)


def test_requests_within_the_limit_pass_and_the_next_one_waits(settings: Settings) -> None:
    shared_state = SharedState(settings)

    waits = [shared_state.hit("a", limit=3, window_seconds=60, now=MINUTE) for _ in range(4)]
    shared_state.dispose()

    assert waits == [None, None, None, 60]


def test_one_key_does_not_slow_another(settings: Settings) -> None:
    shared_state = SharedState(settings)
    for _ in range(5):
        shared_state.hit("a", limit=3, window_seconds=60, now=MINUTE)

    wait = shared_state.hit("b", limit=3, window_seconds=60, now=MINUTE)
    shared_state.dispose()

    assert wait is None


def test_counts_are_deleted_once_no_window_needs_them_and_no_sooner(settings: Settings) -> None:
    shared_state = SharedState(settings)
    minutes = [MINUTE + timedelta(minutes=n) for n in range(4)]
    for now in minutes:
        shared_state.hit("a", limit=1, window_seconds=60, now=now)

    shared_state.forget_hits(window_seconds=60, now=minutes[-1])
    shared_state.dispose()

    with contextlib.closing(sqlite_driver.connect(settings.shared_state_path)) as file:
        kept = [began for (began,) in file.execute("SELECT began FROM hits ORDER BY began")]
    assert kept == [int(now.timestamp()) for now in minutes[1:]]


def test_a_burst_across_two_windows_is_noticed(settings: Settings) -> None:
    shared_state = SharedState(settings)
    for _ in range(10):
        shared_state.hit("a", limit=10, window_seconds=60, now=MINUTE + timedelta(seconds=59))

    soon = shared_state.hit("a", limit=10, window_seconds=60, now=MINUTE + timedelta(seconds=61))
    later = shared_state.hit("a", limit=10, window_seconds=60, now=MINUTE + timedelta(seconds=90))
    shared_state.dispose()

    assert (soon is None, later) == (False, None)


def test_two_processes_count_together(settings: Settings) -> None:
    one, other = SharedState(settings), SharedState(settings)
    one.hit("a", limit=1, window_seconds=60, now=MINUTE)

    wait = other.hit("a", limit=1, window_seconds=60, now=MINUTE)
    one.dispose()
    other.dispose()

    assert wait == 60


def test_a_worker_without_a_recent_heartbeat_is_not_listed(settings: Settings) -> None:
    shared_state = SharedState(settings)
    shared_state.report_worker(3, None, now=MINUTE)

    seen = shared_state.workers(now=MINUTE + timedelta(seconds=5))
    later = shared_state.workers(now=MINUTE + timedelta(seconds=60))
    shared_state.dispose()

    assert seen == [Worker(pid=os.getpid(), version=3, problem=None)]
    assert later == []


def test_a_part_that_stopped_cleanly_has_no_heartbeat(settings: Settings) -> None:
    shared_state = SharedState(settings)
    before = shared_state.part_seen_at(TRAINER)
    shared_state.report_part(TRAINER, now=MINUTE)
    shared_state.report_part(TRAINER, now=MINUTE + timedelta(seconds=5))
    alive = shared_state.part_seen_at(TRAINER)
    shared_state.forget_part(TRAINER)
    after = shared_state.part_seen_at(TRAINER)
    shared_state.dispose()

    assert (before, alive, after) == (None, MINUTE + timedelta(seconds=5), None)


def test_a_damaged_file_is_removed_and_a_new_one_works(settings: Settings) -> None:
    shared_state = SharedState(settings)
    for key in range(2_000):
        shared_state.hit(f"key {key}", limit=3, window_seconds=60, now=MINUTE)
    shared_state.dispose()
    whole = discard_if_broken(settings)
    data = bytearray(settings.shared_state_path.read_bytes())
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    settings.shared_state_path.write_bytes(data)

    assert (whole, discard_if_broken(settings), discard_if_broken(settings)) == (False, True, False)
    fresh = SharedState(settings)
    assert fresh.hit("a", limit=3, window_seconds=60, now=MINUTE) is None
    fresh.dispose()


def test_an_unreadable_file_raises_not_ready(settings: Settings) -> None:
    shared_state = SharedState(settings)
    shared_state.dispose()
    settings.shared_state_path.write_bytes(b"no database " * 500)

    with pytest.raises(NotReady, match="cannot be read or written"):
        shared_state.totals()
    shared_state.dispose()
