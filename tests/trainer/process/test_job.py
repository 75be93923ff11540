"""A run from claim to end, whatever happens in between. What is learned does not matter here."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from core.base.clock import utc_now
from core.base.errors import DataError
from core.base.settings import Settings
from core.runs import lease as run_lease
from core.runs import lifecycle as runs
from core.storage.database import Database
from core.storage.model_store import ModelStore
from core.storage.tables import Lease, Run, RunMetric
from tests.conftest import NOW
from tests.support.factories import make_drawing, make_version
from trainer.process.job import Claim, Desk, Nothing
from trainer.process.lease import TTL, HeldLease
from trainer.process.progress import Progress

Steps = Callable[[Claim, Progress], None]


def _nothing(claim: Claim, progress: Progress) -> None:
    progress.enter("train")


def _queue(database: Database) -> int:
    with database.write() as session:
        run, _ = runs.queue_run(session, requested_by="user:1", is_forced=True, seed=7, now=NOW)
        return run.id


def _row(database: Database, run_id: int) -> Run:
    with database.read() as session:
        return session.get_one(Run, run_id)


@pytest.fixture
def desk(settings: Settings, database: Database) -> Callable[[Steps], Desk]:
    return lambda steps: Desk(settings, database, steps)


def test_without_an_open_run_nothing_is_done(desk: Callable[[Steps], Desk]) -> None:
    assert desk(_nothing).do_next_run() is None


def test_progress_is_in_the_database_while_it_happens(
    desk: Callable[[Steps], Desk], database: Database
) -> None:
    run_id = _queue(database)
    seen: list[tuple[str | None, int | None, int | None, float | None]] = []

    def steps(claim: Claim, progress: Progress) -> None:
        progress.enter("train")
        progress.step(1, 2, loss=0.5, accuracy=0.9)
        progress.step(2, 2, loss=0.25, accuracy=0.95)
        row = _row(database, claim.run_id)
        seen.append((row.phase, row.step, row.n_steps, row.loss))

    desk(steps).do_next_run()

    assert seen == [("train", 2, 2, 0.25)]
    with database.read() as session:
        points = session.scalars(select(RunMetric).where(RunMetric.run_id == run_id)).all()
    assert [(point.step, point.accuracy) for point in points] == [(2, 0.95)]


def test_ten_thousand_steps_are_few_writes(
    desk: Callable[[Steps], Desk], database: Database
) -> None:
    _queue(database)

    def steps(claim: Claim, progress: Progress) -> None:
        progress.enter("train")
        for step in range(1, 10_001):
            progress.step(step, 10_000, loss=1.0)

    started = time.monotonic()
    desk(steps).do_next_run()
    seconds = time.monotonic() - started

    with database.read() as session:
        n_points = len(session.scalars(select(RunMetric)).all())
    assert n_points <= 2 * seconds + 2


def test_an_error_of_ours_fails_the_run_with_its_sentence(
    desk: Callable[[Steps], Desk], database: Database
) -> None:
    run_id = _queue(database)

    def steps(claim: Claim, progress: Progress) -> None:
        raise DataError("train-images-idx3-ubyte is cut: run `inkloop data fetch`")

    desk(steps).do_next_run()

    row = _row(database, run_id)
    assert row.status == "failed"
    assert row.message == "train-images-idx3-ubyte is cut: run `inkloop data fetch`"


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (ZeroDivisionError("by nought"), "look in the trainer's log"),
        (OSError(28, "No space left on device"), "make room"),
        (MemoryError(), "not enough memory"),
    ],
)
def test_any_other_error_fails_the_run_and_says_what_to_do(
    desk: Callable[[Steps], Desk], database: Database, error: Exception, advice: str
) -> None:
    run_id = _queue(database)

    def steps(claim: Claim, progress: Progress) -> None:
        raise error

    desk(steps).do_next_run()

    row = _row(database, run_id)
    assert row.status == "failed"
    assert advice in str(row.message)


def test_after_a_failure_the_lease_is_free_at_once(
    desk: Callable[[Steps], Desk], database: Database
) -> None:
    _queue(database)

    def steps(claim: Claim, progress: Progress) -> None:
        raise ZeroDivisionError

    desk(steps).do_next_run()

    with database.read() as session:
        assert session.get_one(Lease, run_lease.LEASE).owner is None


def test_a_cancelled_run_ends_within_a_second(
    desk: Callable[[Steps], Desk], database: Database
) -> None:
    run_id = _queue(database)
    asked_at = 0.0

    def steps(claim: Claim, progress: Progress) -> None:
        nonlocal asked_at
        progress.enter("train")
        with database.write() as session:
            runs.request_cancel(session, run_id, now=utc_now())
        asked_at = time.monotonic()
        for step in range(1, 1_000_000):
            progress.step(step, 1_000_000)
            time.sleep(0.001)

    desk(steps).do_next_run()

    assert time.monotonic() - asked_at < 1
    assert _row(database, run_id).status == "cancelled"


def test_a_stopped_trainer_puts_its_run_back(
    settings: Settings, database: Database, desk: Callable[[Steps], Desk]
) -> None:
    run_id = _queue(database)

    def steps(claim: Claim, progress: Progress) -> None:
        progress.enter("train")
        stopped.stop.set()
        progress.step(1, 2)

    stopped = desk(steps)
    stopped.do_next_run()
    row = _row(database, run_id)
    assert (row.status, row.n_attempts) == ("queued", 0)

    desk(_nothing).do_next_run()
    assert _row(database, run_id).n_attempts == 1


def test_a_run_can_be_put_back_from_another_thread_while_a_step_hangs(
    desk: Callable[[Steps], Desk], database: Database
) -> None:
    run_id = _queue(database)
    hangs, go_on = threading.Event(), threading.Event()

    def steps(claim: Claim, progress: Progress) -> None:
        hangs.set()
        go_on.wait(20)
        progress.enter("publish")

    busy = desk(steps)
    thread = threading.Thread(target=busy.do_next_run)
    thread.start()
    hangs.wait(10)
    busy.put_back()
    put_back = _row(database, run_id).status
    go_on.set()
    thread.join()

    assert (put_back, _row(database, run_id).status) == ("queued", "queued")


def _leave_orphan(database: Database, n_attempts: int = 1) -> int:
    """A run whose trainer died: running, and its lease over."""
    run_id = _queue(database)
    with database.write() as session:
        fence = run_lease.take_lease(session, "dead", now=NOW, ttl=TTL)
        assert fence is not None
        runs.claim_next_run(session, fence=fence, now=NOW)
        session.get_one(Run, run_id).n_attempts = n_attempts
    return run_id


def test_a_dead_trainer_s_run_is_taken_over(
    desk: Callable[[Steps], Desk], database: Database
) -> None:
    run_id = _leave_orphan(database)
    claims: list[Claim] = []

    desk(lambda claim, progress: claims.append(claim)).do_next_run()

    assert [(claim.run_id, claim.n_attempts, claim.fence) for claim in claims] == [(run_id, 2, 2)]


def test_a_run_that_broke_two_trainers_is_failed_with_a_sentence(
    desk: Callable[[Steps], Desk], database: Database
) -> None:
    run_id = _leave_orphan(database, n_attempts=2)

    desk(_nothing).do_next_run()

    row = _row(database, run_id)
    assert row.status == "failed"
    assert "broken off 2 times" in str(row.message)


def test_a_run_under_a_living_lease_is_left_alone(
    desk: Callable[[Steps], Desk], database: Database
) -> None:
    run_id = _leave_orphan(database)
    with database.write() as session:
        lease = session.get_one(Lease, run_lease.LEASE)
        lease.expires_at = utc_now() + timedelta(minutes=1)

    assert desk(_nothing).do_next_run() is None
    assert _row(database, run_id).n_attempts == 1


def test_what_a_dead_trainer_left_in_the_store_is_cleared_away(
    desk: Callable[[Steps], Desk], database: Database, settings: Settings
) -> None:
    _leave_orphan(database)
    store = ModelStore(settings.models_dir)
    store.publish(1, {"model.onnx": b"onnx"}, {"version": 1})
    (store.folder(1) / ".1f2e.partial").write_bytes(b"half")
    two_days_ago = time.time() - 2 * 86_400
    for path in store.folder(1).iterdir():
        os.utime(path, (two_days_ago, two_days_ago))

    desk(_nothing).do_next_run()

    assert list(store.folder(1).iterdir()) == []


def test_what_another_trainer_may_still_be_writing_stays_in_the_store(
    desk: Callable[[Steps], Desk], database: Database, settings: Settings
) -> None:
    _leave_orphan(database)
    store = ModelStore(settings.models_dir)
    store.publish(1, {"model.onnx": b"onnx"}, {"version": 1})

    desk(_nothing).do_next_run()

    assert store.versions() == [1]


def test_a_trainer_that_lost_its_lease_writes_no_more(
    desk: Callable[[Steps], Desk], database: Database
) -> None:
    run_id = _queue(database)

    def steps(claim: Claim, progress: Progress) -> None:
        with database.write() as session:  # as if it had slept: somebody else takes over
            fence = run_lease.take_lease(session, "other", now=utc_now() + 2 * TTL, ttl=TTL)
            assert fence is not None
            runs.adopt_orphan(session, fence=fence, now=utc_now())
        progress.enter("publish")

    desk(steps).do_next_run()

    row = _row(database, run_id)
    assert (row.status, row.fence, row.phase) == ("running", 2, "gather")
    with database.read() as session:
        assert session.get_one(Lease, run_lease.LEASE).owner == "other"


def _sleep_past_the_lease(database: Database) -> None:
    """As if this trainer had slept: another one takes its run over."""
    with database.write() as session:
        fence = run_lease.take_lease(session, "other", now=utc_now() + 2 * TTL, ttl=TTL)
        assert fence is not None
        runs.adopt_orphan(session, fence=fence, now=utc_now())


def test_a_sleeper_whose_files_were_cleared_away_gives_up_and_reports_no_failure(
    desk: Callable[[Steps], Desk], database: Database
) -> None:
    run_id = _queue(database)

    def steps(claim: Claim, progress: Progress) -> None:
        _sleep_past_the_lease(database)
        raise FileNotFoundError(2, "No such file or directory", "models/versions/v0002")

    with capture_logs() as lines:
        desk(steps).do_next_run()

    said = [line["event"] for line in lines]
    assert "given up" in said
    assert "failed" not in said
    assert _row(database, run_id).status == "running"


def test_a_sleeper_that_had_not_begun_leaves_the_run_to_the_other(
    desk: Callable[[Steps], Desk], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = _queue(database)

    def sleepily(
        database: Database, fence: int, *, clock: Callable[[], datetime], beat_seconds: float
    ) -> HeldLease:
        held = HeldLease(database, fence, clock=clock, beat_seconds=beat_seconds)
        _sleep_past_the_lease(database)
        return held

    monkeypatch.setattr("trainer.process.lease.HeldLease", sleepily)

    assert desk(_nothing).do_one_run(is_forced=True) is Nothing.FREE
    assert _row(database, run_id).status == "queued"


def test_a_run_clears_away_what_earlier_ones_kept_but_not_its_own(
    desk: Callable[[Steps], Desk], database: Database, settings: Settings
) -> None:
    run_id = _leave_orphan(database)
    for number in (run_id, 98, 99):
        folder = settings.instance / "runs" / f"{number:05d}"
        folder.mkdir(parents=True)
        (folder / "checkpoint.safetensors").touch()

    desk(_nothing).do_next_run()

    assert [path.name for path in (settings.instance / "runs").iterdir()] == [f"{run_id:05d}"]


def test_one_run_on_command_needs_enough_new_drawings(
    desk: Callable[[Steps], Desk], database: Database
) -> None:
    with database.write() as session:
        make_version(session, 1)
        make_drawing(session)

    assert desk(_nothing).do_one_run(is_forced=False) is Nothing.DUE


def test_one_run_on_command_can_be_forced(
    desk: Callable[[Steps], Desk], database: Database
) -> None:
    with database.write() as session:
        make_version(session, 1)

    done = desk(_nothing).do_one_run(is_forced=True)

    assert isinstance(done, Run)
    assert done.requested_by == "command"


def test_one_run_on_command_does_the_one_that_was_asked_for(
    desk: Callable[[Steps], Desk], database: Database
) -> None:
    run_id = _queue(database)

    done = desk(_nothing).do_one_run(is_forced=False)

    assert isinstance(done, Run)
    assert done.id == run_id


def test_one_run_on_command_is_refused_while_another_trainer_works(
    desk: Callable[[Steps], Desk], database: Database
) -> None:
    with database.write() as session:
        run_lease.take_lease(session, "other", now=utc_now(), ttl=TTL)

    assert desk(_nothing).do_one_run(is_forced=True) is Nothing.FREE
