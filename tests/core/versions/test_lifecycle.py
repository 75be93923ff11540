"""Promotions, rollbacks and the anchor."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.base.errors import Conflict, LeaseLost, NotFound
from core.runs import lease as run_lease
from core.runs import lifecycle as runs
from core.storage.database import Database
from core.versions import lifecycle as versions
from core.versions import queries as version_queries
from tests.conftest import NOW
from tests.support.factories import make_version


def test_before_the_first_promotion_nothing_is_live(database: Database) -> None:
    with database.read() as session:
        assert version_queries.champion(session) is None


def test_the_newest_promotion_is_live(database: Database) -> None:
    with database.write() as session:
        make_version(session, 1)
        make_version(session, 2, accuracy=0.9961)

        live = version_queries.champion(session)

    assert live is not None
    assert (live.version, live.accuracy, live.previous_version) == (2, 0.9961, 1)


def test_the_live_version_cannot_be_promoted_again(database: Database) -> None:
    with database.write() as session:
        make_version(session, 1)

        with pytest.raises(Conflict, match="live already"):
            versions.promote(session, 1, kind="promote", reason="?", by="user:1", now=NOW)


def test_an_unknown_version_cannot_be_promoted(database: Database) -> None:
    with pytest.raises(NotFound), database.write() as session:
        versions.promote(session, 8, kind="promote", reason="?", by="user:1", now=NOW)


def test_rolling_back_twice_goes_two_versions_back(database: Database) -> None:
    with database.write() as session:
        for version in (1, 2, 3):
            make_version(session, version)
        versions.rollback(session, reason="it misreads", by="user:1", now=NOW)
        second = versions.rollback(session, reason="still", by="user:1", now=NOW)

        assert second.version == 1
        with pytest.raises(Conflict, match="no version to go back to"):
            versions.rollback(session, reason="more", by="user:1", now=NOW)


def test_held_and_retired_versions_are_distinguished(database: Database) -> None:
    with database.write() as session:
        make_version(session, 1)
        make_version(session, 2)
        make_version(session, 3, is_live=False)

        statuses = [version_queries.version_status(session, version, 2) for version in (1, 2, 3)]

    assert statuses == ["retired", "live", "held"]


def test_the_newest_anchor_counts(database: Database) -> None:
    with database.write() as session:
        make_version(session, 1)
        make_version(session, 2)
        versions.move_anchor(session, 1, reason="first", by="gate", now=NOW)
        versions.move_anchor(session, 2, reason="better", by="user:1", now=NOW)

        assert versions.anchor_version(session) == 2


def test_a_version_made_under_a_lost_lease_is_not_added(database: Database) -> None:
    ttl = timedelta(seconds=30)
    with database.write() as session:
        run_lease.take_lease(session, "t1", now=NOW, ttl=ttl)
        run_lease.take_lease(session, "t2", now=NOW + 2 * ttl, ttl=ttl)
        run, _ = runs.queue_run(session, requested_by="first", is_forced=True, seed=1, now=NOW)

    with pytest.raises(LeaseLost), database.write() as session:
        versions.add_version(
            session,
            fence=1,
            version=1,
            sha256="0" * 64,
            manifest_sha256="0" * 64,
            manifest={"network": "compact", "base_version": None},
            scores={},
            run_id=run.id,
            now=NOW,
        )

    with database.read() as session:
        assert version_queries.counted_versions(session) == []
