"""Runs from claim to end, with failures in between. Their steps are stand-ins."""

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
from trainer.pipeline.interface import Claim, Pipeline, Progress
from trainer.process.job import NoRun, RunQueue
from trainer.process.lease import TTL, HeldLease


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
def run_queue(settings: Settings, database: Database) -> Callable[[Pipeline], RunQueue]:
    return lambda steps: RunQueue(settings, database, steps)


def test_without_an_open_run_nothing_happens(run_queue: Callable[[Pipeline], RunQueue]) -> None:
    assert run_queue(_nothing).run_next() is None


def test_progress_is_in_the_database_during_the_run(
    run_queue: Callable[[Pipeline], RunQueue], database: Database
) -> None:
    run_id = _queue(database)
    seen: list[tuple[str | None, int | None, int | None, float | None]] = []

    def steps(claim: Claim, progress: Progress) -> None:
        progress.enter("train")
        progress.step(1, 2, loss=0.5, accuracy=0.9)
        progress.step(2, 2, loss=0.25, accuracy=0.95)
        row = _row(database, claim.run_id)
        seen.append((row.phase, row.step, row.n_steps, row.loss))

    run_queue(steps).run_next()

    assert seen == [("train", 2, 2, 0.25)]
    with database.read() as session:
        points = session.scalars(select(RunMetric).where(RunMetric.run_id == run_id)).all()
    assert [(point.step, point.accuracy) for point in points] == [(2, 0.95)]


def test_ten_thousand_steps_need_few_writes(
    run_queue: Callable[[Pipeline], RunQueue], database: Database
) -> None:
    _queue(database)

    def steps(claim: Claim, progress: Progress) -> None:
        progress.enter("train")
        for step in range(1, 10_001):
            progress.step(step, 10_000, loss=1.0)

    started = time.monotonic()
    run_queue(steps).run_next()
    seconds = time.monotonic() - started

    with database.read() as session:
        n_points = len(session.scalars(select(RunMetric)).all())
    assert n_points <= 2 * seconds + 2


def test_an_expected_error_fails_the_run_with_its_message(
    run_queue: Callable[[Pipeline], RunQueue], database: Database
) -> None:
    run_id = _queue(database)

    def steps(claim: Claim, progress: Progress) -> None:
        raise DataError("train-images-idx3-ubyte is cut: run `inkloop data fetch`")

    run_queue(steps).run_next()

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
def test_an_unexpected_error_fails_the_run_with_advice(
    run_queue: Callable[[Pipeline], RunQueue], database: Database, error: Exception, advice: str
) -> None:
    run_id = _queue(database)

    def steps(claim: Claim, progress: Progress) -> None:
        raise error

    run_queue(steps).run_next()

    row = _row(database, run_id)
    assert row.status == "failed"
    assert advice in str(row.message)


def test_a_failed_run_releases_the_lease(
    run_queue: Callable[[Pipeline], RunQueue], database: Database
) -> None:
    _queue(database)

    def steps(claim: Claim, progress: Progress) -> None:
        raise ZeroDivisionError

    run_queue(steps).run_next()

    with database.read() as session:
        assert session.get_one(Lease, run_lease.LEASE).owner is None


def test_a_cancelled_run_ends_within_a_second(
    run_queue: Callable[[Pipeline], RunQueue], database: Database
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

    run_queue(steps).run_next()

    assert time.monotonic() - asked_at < 1
    assert _row(database, run_id).status == "cancelled"


def test_a_stopped_trainer_queues_its_run_again(
    settings: Settings, database: Database, run_queue: Callable[[Pipeline], RunQueue]
) -> None:
    run_id = _queue(database)

    def steps(claim: Claim, progress: Progress) -> None:
        progress.enter("train")
        stopped.stop.set()
        progress.step(1, 2)

    stopped = run_queue(steps)
    stopped.run_next()
    row = _row(database, run_id)
    assert (row.status, row.n_attempts) == ("queued", 0)

    run_queue(_nothing).run_next()
    assert _row(database, run_id).n_attempts == 1


def test_another_thread_can_queue_a_run_again_while_a_step_hangs(
    run_queue: Callable[[Pipeline], RunQueue], database: Database
) -> None:
    run_id = _queue(database)
    hangs, go_on = threading.Event(), threading.Event()

    def steps(claim: Claim, progress: Progress) -> None:
        hangs.set()
        go_on.wait(20)
        progress.enter("publish")

    busy = run_queue(steps)
    thread = threading.Thread(target=busy.run_next)
    thread.start()
    hangs.wait(10)
    busy.put_back()
    put_back = _row(database, run_id).status
    go_on.set()
    thread.join()

    assert (put_back, _row(database, run_id).status) == ("queued", "queued")


def _leave_orphan(database: Database, n_attempts: int = 1) -> int:
    """Leave a run as a dead trainer does: running, with an expired lease."""
    run_id = _queue(database)
    with database.write() as session:
        fence = run_lease.take_lease(session, "dead", now=NOW, ttl=TTL)
        assert fence is not None
        runs.claim_next_run(session, fence=fence, now=NOW)
        session.get_one(Run, run_id).n_attempts = n_attempts
    return run_id


def test_the_run_of_a_dead_trainer_is_taken_over(
    run_queue: Callable[[Pipeline], RunQueue], database: Database
) -> None:
    run_id = _leave_orphan(database)
    claims: list[Claim] = []

    run_queue(lambda claim, progress: claims.append(claim)).run_next()

    assert [(claim.run_id, claim.n_attempts, claim.fence) for claim in claims] == [(run_id, 2, 2)]


def test_a_run_whose_trainer_died_twice_fails_with_advice(
    run_queue: Callable[[Pipeline], RunQueue], database: Database
) -> None:
    run_id = _leave_orphan(database, n_attempts=2)

    run_queue(_nothing).run_next()

    row = _row(database, run_id)
    assert row.status == "failed"
    assert "died 2 times" in str(row.message)


def test_a_run_under_a_valid_lease_is_not_taken_over(
    run_queue: Callable[[Pipeline], RunQueue], database: Database
) -> None:
    run_id = _leave_orphan(database)
    with database.write() as session:
        lease = session.get_one(Lease, run_lease.LEASE)
        lease.expires_at = utc_now() + timedelta(minutes=1)

    assert run_queue(_nothing).run_next() is None
    assert _row(database, run_id).n_attempts == 1


def test_files_of_a_dead_trainer_are_removed_from_the_store(
    run_queue: Callable[[Pipeline], RunQueue], database: Database, settings: Settings
) -> None:
    _leave_orphan(database)
    store = ModelStore(settings.models_dir)
    store.publish(1, {"model.onnx": b"onnx"}, {"version": 1})
    (store.folder(1) / ".1f2e.partial").write_bytes(b"half")
    two_days_ago = time.time() - 2 * 86_400
    for path in store.folder(1).iterdir():
        os.utime(path, (two_days_ago, two_days_ago))

    run_queue(_nothing).run_next()

    assert list(store.folder(1).iterdir()) == []


def test_what_another_trainer_may_still_be_writing_stays_in_the_store(
    run_queue: Callable[[Pipeline], RunQueue], database: Database, settings: Settings
) -> None:
    _leave_orphan(database)
    store = ModelStore(settings.models_dir)
    store.publish(1, {"model.onnx": b"onnx"}, {"version": 1})

    run_queue(_nothing).run_next()

    assert store.versions() == [1]


def test_a_trainer_without_its_lease_writes_nothing(
    run_queue: Callable[[Pipeline], RunQueue], database: Database
) -> None:
    run_id = _queue(database)

    def steps(claim: Claim, progress: Progress) -> None:
        with database.write() as session:  # another trainer takes over
            fence = run_lease.take_lease(session, "other", now=utc_now() + 2 * TTL, ttl=TTL)
            assert fence is not None
            runs.adopt_orphan(session, fence=fence, now=utc_now())
        progress.enter("publish")

    run_queue(steps).run_next()

    row = _row(database, run_id)
    assert (row.status, row.fence, row.phase) == ("running", 2, "gather")
    with database.read() as session:
        assert session.get_one(Lease, run_lease.LEASE).owner == "other"


def _sleep_past_the_lease(database: Database) -> None:
    """Let another trainer take the run over, as if this one had been suspended."""
    with database.write() as session:
        fence = run_lease.take_lease(session, "other", now=utc_now() + 2 * TTL, ttl=TTL)
        assert fence is not None
        runs.adopt_orphan(session, fence=fence, now=utc_now())


def test_a_suspended_trainer_whose_files_were_removed_records_no_failure(
    run_queue: Callable[[Pipeline], RunQueue], database: Database
) -> None:
    run_id = _queue(database)

    def steps(claim: Claim, progress: Progress) -> None:
        _sleep_past_the_lease(database)
        raise FileNotFoundError(2, "No such file or directory", "models/versions/v0002")

    with capture_logs() as lines:
        run_queue(steps).run_next()

    said = [line["event"] for line in lines]
    assert "run abandoned" in said
    assert "failed" not in said
    assert _row(database, run_id).status == "running"


def test_a_trainer_suspended_before_its_claim_leaves_the_run_to_the_other(
    run_queue: Callable[[Pipeline], RunQueue], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = _queue(database)

    def sleepily(
        database: Database, fence: int, *, clock: Callable[[], datetime], beat_seconds: float
    ) -> HeldLease:
        held = HeldLease(database, fence, clock=clock, beat_seconds=beat_seconds)
        _sleep_past_the_lease(database)
        return held

    monkeypatch.setattr("trainer.process.lease.HeldLease", sleepily)

    assert run_queue(_nothing).run_one(is_forced=True) is NoRun.LEASE_HELD
    assert _row(database, run_id).status == "queued"


def test_a_run_removes_checkpoints_of_other_runs_only(
    run_queue: Callable[[Pipeline], RunQueue], database: Database, settings: Settings
) -> None:
    run_id = _leave_orphan(database)
    for number in (run_id, 98, 99):
        folder = settings.instance / "runs" / f"{number:05d}"
        folder.mkdir(parents=True)
        (folder / "checkpoint.safetensors").touch()

    run_queue(_nothing).run_next()

    assert [path.name for path in (settings.instance / "runs").iterdir()] == [f"{run_id:05d}"]


def test_one_run_on_command_needs_enough_new_drawings(
    run_queue: Callable[[Pipeline], RunQueue], database: Database
) -> None:
    with database.write() as session:
        make_version(session, 1)
        make_drawing(session)

    assert run_queue(_nothing).run_one(is_forced=False) is NoRun.NOT_DUE


def test_one_run_on_command_can_be_forced(
    run_queue: Callable[[Pipeline], RunQueue], database: Database
) -> None:
    with database.write() as session:
        make_version(session, 1)

    done = run_queue(_nothing).run_one(is_forced=True)

    assert isinstance(done, Run)
    assert done.requested_by == "command"


def test_one_run_on_command_carries_out_the_queued_one(
    run_queue: Callable[[Pipeline], RunQueue], database: Database
) -> None:
    run_id = _queue(database)

    done = run_queue(_nothing).run_one(is_forced=False)

    assert isinstance(done, Run)
    assert done.id == run_id


def test_one_run_on_command_is_refused_while_another_trainer_holds_the_lease(
    run_queue: Callable[[Pipeline], RunQueue], database: Database
) -> None:
    with database.write() as session:
        run_lease.take_lease(session, "other", now=utc_now(), ttl=TTL)

    assert run_queue(_nothing).run_one(is_forced=True) is NoRun.LEASE_HELD
