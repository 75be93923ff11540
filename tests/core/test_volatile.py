"""What all workers share and may lose: rate limits, and which version each serves."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

from core.settings import Settings
from core.volatile import Volatile, Worker

MINUTE = datetime(2026, 3, 14, 15, 9, 0, tzinfo=UTC)


def test_hits_within_the_limit_pass_and_the_next_one_waits(settings: Settings) -> None:
    volatile = Volatile(settings)

    waits = [volatile.hit("a", limit=3, window_seconds=60, now=MINUTE) for _ in range(4)]
    volatile.dispose()

    assert waits == [None, None, None, 60]


def test_one_key_does_not_slow_another(settings: Settings) -> None:
    volatile = Volatile(settings)
    for _ in range(5):
        volatile.hit("a", limit=3, window_seconds=60, now=MINUTE)

    wait = volatile.hit("b", limit=3, window_seconds=60, now=MINUTE)
    volatile.dispose()

    assert wait is None


def test_a_burst_across_two_windows_is_noticed(settings: Settings) -> None:
    volatile = Volatile(settings)
    for _ in range(10):
        volatile.hit("a", limit=10, window_seconds=60, now=MINUTE + timedelta(seconds=59))

    soon = volatile.hit("a", limit=10, window_seconds=60, now=MINUTE + timedelta(seconds=61))
    later = volatile.hit("a", limit=10, window_seconds=60, now=MINUTE + timedelta(seconds=90))
    volatile.dispose()

    assert (soon is None, later) == (False, None)


def test_two_processes_count_together(settings: Settings) -> None:
    one, other = Volatile(settings), Volatile(settings)
    one.hit("a", limit=1, window_seconds=60, now=MINUTE)

    wait = other.hit("a", limit=1, window_seconds=60, now=MINUTE)
    one.dispose()
    other.dispose()

    assert wait == 60


def test_a_worker_that_is_not_seen_any_more_is_not_waited_for(settings: Settings) -> None:
    volatile = Volatile(settings)
    volatile.report_worker(3, None, now=MINUTE)

    seen = volatile.workers(now=MINUTE + timedelta(seconds=5))
    later = volatile.workers(now=MINUTE + timedelta(seconds=60))
    volatile.dispose()

    assert seen == [Worker(pid=os.getpid(), version=3, problem=None)]
    assert later == []
