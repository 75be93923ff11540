"""Runs and the lease: one run at a time, and no write under a lost lease."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.base.errors import Conflict, LeaseLost, NotFound
from core.base.kinds import RunStatus
from core.base.settings import Settings
from core.drawings import queries as drawing_queries
from core.runs import lease as run_lease
from core.runs import lifecycle as runs
from core.storage.database import Database
from core.storage.tables import Run, RunLine
from tests.conftest import NOW
from tests.support.factories import make_drawing

TTL = timedelta(seconds=30)
LATER = NOW + TTL + timedelta(seconds=1)


def _queue(session: Session, due_at: datetime | None = None) -> tuple[Run, bool]:
    return runs.queue_run(
        session, requested_by="user:1", is_forced=True, seed=1, now=NOW, due_at=due_at
    )


def _take(session: Session, owner: str, now: datetime = NOW) -> int | None:
    return run_lease.take_lease(session, owner, now=now, ttl=TTL)


def test_queueing_twice_returns_the_same_run(database: Database) -> None:
    with database.write() as session:
        first, is_new = _queue(session)
        second, is_new_again = _queue(session)

        assert (first.id, is_new, is_new_again) == (second.id, True, False)


def test_a_scheduled_moment_never_runs_twice(database: Database) -> None:
    with database.write() as session:
        first, _ = _queue(session, due_at=NOW)
        runs.request_cancel(session, first.id, now=NOW)
        session.flush()
        again, is_new = _queue(session, due_at=NOW)

        assert (again.id, is_new) == (first.id, False)


def test_only_one_of_many_trainers_gets_the_lease(settings: Settings) -> None:
    database = Database(settings)
    fences: list[int | None] = []

    def compete(owner: str) -> None:
        with database.write() as session:
            fences.append(_take(session, owner))

    threads = [threading.Thread(target=compete, args=(f"t{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.dispose()

    assert sorted(fence for fence in fences if fence is not None) == [1]


def test_an_expired_lease_is_taken_with_a_higher_fence(database: Database) -> None:
    with database.write() as session:
        first = _take(session, "t1")
        refused = _take(session, "t2")
        second = _take(session, "t2", now=LATER)

    assert (first, refused, second) == (1, None, 2)


def test_a_trainer_suspended_past_its_lease_cannot_write(database: Database) -> None:
    with database.write() as session:
        _take(session, "t1")
        _queue(session)
        run = runs.claim_next_run(session, fence=1, now=NOW)
        assert run is not None
        _take(session, "t2", now=LATER)

        with pytest.raises(LeaseLost):
            run_lease.require_fence(session, 1)
        with pytest.raises(LeaseLost):
            run_lease.renew_lease(session, 1, now=LATER, ttl=TTL)
        runs.adopt_orphan(session, fence=2, now=LATER)
        with pytest.raises(LeaseLost):
            runs.record_progress(session, run.id, fence=1, phase="train", now=LATER)
        with pytest.raises(LeaseLost):
            runs.finish_run(session, run.id, fence=1, status=RunStatus.PROMOTED, now=LATER)


def test_heartbeats_keep_the_lease(database: Database) -> None:
    with database.write() as session:
        _take(session, "t1")
        run_lease.renew_lease(session, 1, now=NOW + timedelta(seconds=20), ttl=TTL)

        assert _take(session, "t2", now=LATER) is None


def test_drawings_of_a_finished_run_are_no_longer_new(database: Database) -> None:
    with database.write() as session:
        drawings = [make_drawing(session) for _ in range(5)]
        trains = [drawing for drawing in drawings if drawing.split == "train"]
        _take(session, "t1")
        _queue(session)
        run = runs.claim_next_run(session, fence=1, now=NOW)
        assert run is not None
        lineage = [(drawing.number, drawing.label, True) for drawing in trains]
        runs.record_lineage(session, run.id, lineage, fence=1)
        n_before = drawing_queries.n_new(session)
        runs.finish_run(session, run.id, fence=1, status=RunStatus.HELD, now=NOW)

        assert (n_before, drawing_queries.n_new(session)) == (4, 0)


def test_drawings_of_a_failed_run_stay_new(database: Database) -> None:
    with database.write() as session:
        drawing = next(d for d in [make_drawing(session) for _ in range(5)] if d.split == "train")
        _take(session, "t1")
        _queue(session)
        run = runs.claim_next_run(session, fence=1, now=NOW)
        assert run is not None
        runs.record_lineage(session, run.id, [(drawing.number, 7, True)], fence=1)
        runs.finish_run(session, run.id, fence=1, status=RunStatus.FAILED, now=NOW)

        assert drawing_queries.n_new(session) == 4


def test_cancelling_a_queued_run_ends_it_at_once(database: Database) -> None:
    with database.write() as session:
        run, _ = _queue(session)

        assert runs.request_cancel(session, run.id, now=NOW).status == "cancelled"


def test_a_running_run_learns_of_its_cancellation_at_the_next_step(database: Database) -> None:
    with database.write() as session:
        _take(session, "t1")
        _queue(session)
        run = runs.claim_next_run(session, fence=1, now=NOW)
        assert run is not None
        before = runs.record_progress(session, run.id, fence=1, phase="train", now=NOW)
        runs.request_cancel(session, run.id, now=NOW)
        session.flush()
        after = runs.record_progress(session, run.id, fence=1, phase="train", now=NOW)

    assert (before, after) == (False, True)


def test_finished_and_unknown_runs_cannot_be_cancelled(database: Database) -> None:
    with database.write() as session:
        run, _ = _queue(session)
        runs.request_cancel(session, run.id, now=NOW)
        session.flush()

        with pytest.raises(Conflict):
            runs.request_cancel(session, run.id, now=NOW)
        with pytest.raises(NotFound):
            runs.request_cancel(session, run.id + 1, now=NOW)


def test_the_database_refuses_a_second_open_run(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as session:
        for status in (RunStatus.QUEUED, RunStatus.RUNNING):
            session.add(Run(status=status, requested_by="x", is_forced=True, queued_at=NOW, seed=1))


def test_the_log_of_a_run_has_its_interruption_and_resumption(
    database: Database,
) -> None:
    with database.write() as session:
        run, _ = _queue(session)
        _take(session, "t1")
        runs.claim_next_run(session, fence=1, now=NOW)
        runs.put_back(session, run.id, fence=1, now=NOW)
        runs.claim_next_run(session, fence=1, now=NOW)
        runs.record_progress(session, run.id, fence=1, phase="train", now=NOW, enters=True)
        _take(session, "t2", now=LATER)
        runs.adopt_orphan(session, fence=2, now=LATER)
        session.flush()
        lines = session.execute(
            select(RunLine.name, RunLine.facts).where(RunLine.run_id == run.id).order_by(RunLine.id)
        )

        assert [(name, facts) for name, facts in lines] == [
            ("asked", {"by": "user"}),
            ("began", {}),
            ("stopped", {}),
            ("resumed", {"attempt": 1}),
            ("phase", {"phase": "train"}),
            ("resumed", {"attempt": 2}),
        ]


def test_a_lost_lease_cannot_write_to_the_log(database: Database) -> None:
    with database.write() as session:
        run, _ = _queue(session)
        _take(session, "t1")
        runs.claim_next_run(session, fence=1, now=NOW)
        _take(session, "t2", now=LATER)

        with pytest.raises(LeaseLost):
            runs.add_fenced_line(session, run.id, "learned", fence=1, now=LATER, n_steps=9)
