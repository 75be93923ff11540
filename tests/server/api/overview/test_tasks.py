"""Open tasks appear, and disappear when they are done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from core.base.kinds import RunStatus, TransferStatus
from core.drawings.lifecycle import quarantine
from core.schedule.due import change_schedule
from core.storage.database import Database
from core.storage.tables import Contributor, Run, Transfer, Verdict
from core.storage.tables import WebhookDelivery as Delivery
from core.versions.lifecycle import move_anchor, promote
from server.api.overview.tasks import Task, open_tasks
from tests.conftest import NOW
from tests.support.factories import make_drawing, make_version

HOUR = timedelta(hours=1)


def found(database: Database, *, n_new: int = 0) -> list[Task]:
    with database.read() as session:
        return open_tasks(session, n_new=n_new)


def run(session: Session, status: RunStatus, *, hours: int, version: int | None = None) -> int:
    """Add a run that ended `hours` after now."""
    at = NOW + hours * HOUR
    row = Run(status=status, requested_by="schedule", is_forced=False, queued_at=at, seed=1)
    row.finished_at = None if status == RunStatus.QUEUED else at
    row.version = version
    session.add(row)
    session.flush()
    return row.id


def judged(session: Session, version: int, *, n_gained: int, n_lost: int) -> None:
    """Add the gate's verdict on this version against the anchor."""
    run_id = run(session, RunStatus.PROMOTED, hours=1, version=version)
    rule = {"name": "mnist_vs_anchor", "passed": True, "value": 0, "bound": 0}
    rule["facts"] = {"n_gained": n_gained, "n_lost": n_lost}
    session.add(Verdict(run_id=run_id, version=version, passed=True, rules=[rule], at=NOW + HOUR))


def test_a_new_instance_needs_a_model_until_a_run_is_queued(database: Database) -> None:
    before = found(database)
    with database.write() as session:
        run(session, RunStatus.QUEUED, hours=0)

    assert (before, found(database)) == ([Task("no_model")], [])


def test_with_a_live_version_and_nothing_else_there_is_no_task(database: Database) -> None:
    with database.write() as session:
        make_version(session, 1)
        make_drawing(session)

    assert found(database) == []


def test_held_runs_count_since_the_last_promotion(database: Database) -> None:
    with database.write() as session:
        run(session, RunStatus.HELD, hours=-1, version=1)
        make_version(session, 1)
        for version in (2, 3):
            make_version(session, version, is_live=False)
            run_id = run(session, RunStatus.HELD, hours=version, version=version)

    assert found(database) == [Task("run_held", {"run_id": run_id, "n": 2, "version": 3})]


def test_a_promotion_by_a_person_settles_a_held_run(database: Database) -> None:
    with database.write() as session:
        make_version(session, 1)
        make_version(session, 2, is_live=False)
        run(session, RunStatus.HELD, hours=1, version=2)
        promote(session, 2, kind="promote", reason="seen", by="user:1", now=NOW + 2 * HOUR)

    assert found(database) == []


def test_only_the_newest_kind_of_outcome_is_reported(database: Database) -> None:
    with database.write() as session:
        make_version(session, 1)
        run(session, RunStatus.HELD, hours=1)
        failed = run(session, RunStatus.FAILED, hours=2)

    assert found(database) == [Task("run_failed", {"run_id": failed, "n": 1})]


def test_quarantined_drawings_are_a_task_but_not_those_of_blocked_contributors(
    database: Database,
) -> None:
    with database.write() as session:
        make_version(session, 1)
        numbers = [make_drawing(session, contributor=who).number for who in ("alice", "bob")]
        quarantine(session, numbers)
    both = found(database)
    with database.write() as session:
        session.get_one(Contributor, "bob").blocked_at = NOW

    assert (both, found(database)) == (
        [Task("quarantined", {"n": 2})],
        [Task("quarantined", {"n": 1})],
    )


@pytest.mark.parametrize(
    ("n_gained", "n_lost", "is_proposed"), [(20, 4, True), (9, 4, False), (4, 20, False)]
)
def test_a_significantly_better_version_is_proposed_as_anchor(
    database: Database, n_gained: int, n_lost: int, is_proposed: bool
) -> None:
    with database.write() as session:
        make_version(session, 1)
        move_anchor(session, 1, reason="the first model", by="gate", now=NOW)
        make_version(session, 2, now=NOW + HOUR)
        judged(session, 2, n_gained=n_gained, n_lost=n_lost)

    facts = {"version": 2, "anchor": 1, "n_gained": n_gained, "n_lost": n_lost}
    assert found(database) == ([Task("anchor", facts)] if is_proposed else [])


def test_a_verdict_against_another_anchor_proposes_nothing(database: Database) -> None:
    with database.write() as session:
        for version in (1, 2, 3):
            make_version(session, version)
        judged(session, 3, n_gained=20, n_lost=4)
        move_anchor(session, 2, reason="better", by="user:1", now=NOW + 2 * HOUR)

    assert found(database) == []


def test_checked_imports_wait_for_a_decision(database: Database) -> None:
    with database.write() as session:
        make_version(session, 1)
        for n in (30, 12):
            session.add(
                Transfer(
                    kind="import",
                    status=TransferStatus.READY,
                    by="user:1",
                    created_at=NOW,
                    stores_at_once=False,
                    n_total=n,
                )
            )

    assert found(database) == [Task("import_ready", {"transfer_id": 1, "n": 2, "n_drawings": 42})]


def test_a_failed_webhook_is_a_task_until_one_succeeds(database: Database) -> None:
    told = {"event": "held", "created_at": NOW, "n_attempts": 3, "facts": {}}
    with database.write() as session:
        make_version(session, 1)
        run_id = run(session, RunStatus.PROMOTED, hours=1)
        session.add(Delivery(run_id=run_id, outcome="timed_out", **told))
    before = found(database)
    with database.write() as session:
        session.add(Delivery(run_id=run_id, outcome="delivered", **told))

    assert (before, found(database)) == ([Task("webhook", {"run_id": run_id})], [])


def test_drawings_that_wait_while_the_schedule_is_off_are_a_task(database: Database) -> None:
    with database.write() as session:
        make_version(session, 1)
        change_schedule(
            session,
            rule="0 3 * * *",
            timezone="UTC",
            min_new_drawings=20,
            enabled=False,
            by="user:1",
            now=NOW,
        )

    assert found(database, n_new=19) == []
    assert found(database, n_new=20) == [Task("schedule_off", {"n": 20})]
