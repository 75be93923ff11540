"""What waits for a person, and that it is gone once it was dealt with."""

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
from server.api.overview import needs
from server.api.overview.needs import Need
from tests.conftest import NOW
from tests.support.factories import make_drawing, make_version

HOUR = timedelta(hours=1)


def found(database: Database, *, n_new: int = 0) -> list[Need]:
    with database.read() as session:
        return needs.needs(session, n_new=n_new)


def run(session: Session, status: RunStatus, *, hours: int, version: int | None = None) -> int:
    """A run that ended so many hours after now."""
    at = NOW + hours * HOUR
    row = Run(status=status, requested_by="schedule", is_forced=False, queued_at=at, seed=1)
    row.finished_at = None if status == RunStatus.QUEUED else at
    row.version = version
    session.add(row)
    session.flush()
    return row.id


def judged(session: Session, version: int, *, n_gained: int, n_lost: int) -> None:
    """The gate compared this version with the anchor."""
    run_id = run(session, RunStatus.PROMOTED, hours=1, version=version)
    rule = {"name": "mnist_vs_anchor", "passed": True, "value": 0, "bound": 0}
    rule["facts"] = {"n_gained": n_gained, "n_lost": n_lost}
    session.add(Verdict(run_id=run_id, version=version, passed=True, rules=[rule], at=NOW + HOUR))


def test_a_new_instance_needs_a_model_until_a_run_is_queued(database: Database) -> None:
    before = found(database)
    with database.write() as session:
        run(session, RunStatus.QUEUED, hours=0)

    assert (before, found(database)) == ([Need("no_model")], [])


def test_with_a_live_version_and_nothing_else_nobody_is_needed(database: Database) -> None:
    with database.write() as session:
        make_version(session, 1)
        make_drawing(session)

    assert found(database) == []


def test_runs_that_were_held_count_since_the_last_promotion(database: Database) -> None:
    with database.write() as session:
        run(session, RunStatus.HELD, hours=-1, version=1)
        make_version(session, 1)
        for version in (2, 3):
            make_version(session, version, is_live=False)
            run_id = run(session, RunStatus.HELD, hours=version, version=version)

    assert found(database) == [Need("run_held", {"run_id": run_id, "n": 2, "version": 3})]


def test_a_promotion_by_a_person_settles_a_held_run(database: Database) -> None:
    with database.write() as session:
        make_version(session, 1)
        make_version(session, 2, is_live=False)
        run(session, RunStatus.HELD, hours=1, version=2)
        promote(session, 2, kind="promote", reason="seen", by="user:1", now=NOW + 2 * HOUR)

    assert found(database) == []


def test_only_the_newest_kind_of_end_is_told(database: Database) -> None:
    with database.write() as session:
        make_version(session, 1)
        run(session, RunStatus.HELD, hours=1)
        failed = run(session, RunStatus.FAILED, hours=2)

    assert found(database) == [Need("run_failed", {"run_id": failed, "n": 1})]


def test_drawings_in_quarantine_wait_but_not_those_of_the_blocked(database: Database) -> None:
    with database.write() as session:
        make_version(session, 1)
        numbers = [make_drawing(session, contributor=who).number for who in ("alice", "bob")]
        quarantine(session, numbers)
    both = found(database)
    with database.write() as session:
        session.get_one(Contributor, "bob").blocked_at = NOW

    assert (both, found(database)) == (
        [Need("quarantined", {"n": 2})],
        [Need("quarantined", {"n": 1})],
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
    assert found(database) == ([Need("anchor", facts)] if is_proposed else [])


def test_what_was_measured_against_another_anchor_proposes_nothing(database: Database) -> None:
    with database.write() as session:
        for version in (1, 2, 3):
            make_version(session, version)
        judged(session, 3, n_gained=20, n_lost=4)
        move_anchor(session, 2, reason="better", by="user:1", now=NOW + 2 * HOUR)

    assert found(database) == []


def test_checked_imports_wait_for_a_word(database: Database) -> None:
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

    assert found(database) == [Need("import_ready", {"transfer_id": 1, "n": 2, "n_drawings": 42})]


def test_a_webhook_that_reached_nobody_is_told_until_one_arrives(database: Database) -> None:
    told = {"event": "held", "created_at": NOW, "n_attempts": 3, "facts": {}}
    with database.write() as session:
        make_version(session, 1)
        run_id = run(session, RunStatus.PROMOTED, hours=1)
        session.add(Delivery(run_id=run_id, outcome="timed_out", **told))
    before = found(database)
    with database.write() as session:
        session.add(Delivery(run_id=run_id, outcome="delivered", **told))

    assert (before, found(database)) == ([Need("webhook", {"run_id": run_id})], [])


def test_drawings_wait_in_vain_while_the_schedule_is_off(database: Database) -> None:
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
    assert found(database, n_new=20) == [Need("schedule_off", {"n": 20})]
