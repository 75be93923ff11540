"""The database computes a drawing's facet, and triggers keep the number of drawings of each."""

from __future__ import annotations

import importlib.util
import itertools

import pytest
from sqlalchemy import func, select, text, update

from core.base.kinds import DrawingStatus
from core.storage import migrate
from core.storage.database import Database
from core.storage.facets import (
    BANDS,
    FACET_SQL,
    N_FACETS,
    SOURCES,
    SPLITS,
    STATUSES,
    Facet,
    of_status,
    unpack,
)
from core.storage.tables import Drawing, DrawingFacet
from tests.support.factories import make_drawing


def stored_counts(database: Database) -> dict[int, int]:
    with database.read() as session:
        kept = select(DrawingFacet.facet, DrawingFacet.n).where(DrawingFacet.n != 0)
        return {facet: n for facet, n in session.execute(kept)}  # noqa: C416  (rows, not pairs)


def counted(database: Database) -> dict[int, int]:
    with database.read() as session:
        by_facet = select(Drawing.facet, func.count()).group_by(Drawing.facet)
        return {facet: n for facet, n in session.execute(by_facet)}  # noqa: C416


def test_every_facet_unpacks_to_what_the_database_packed(database: Database) -> None:
    with database.write() as session:
        drawing = make_drawing(session)
        number = drawing.number
        for status, split, source, band in itertools.product(STATUSES, SPLITS, SOURCES, BANDS):
            label, predicted = len(band) % 10, None if source == "drawn" else len(split) % 10
            confidence = dict(zip(BANDS, (None, 0.3, 0.6, 0.9899, 0.99), strict=True))[band]
            session.execute(
                update(Drawing)
                .values(status=status, split=split, source=source, label=label)
                .values(predicted_label=predicted, confidence=confidence)
            )

            packed = session.scalars(select(Drawing.facet).where(Drawing.number == number)).one()

            assert unpack(packed) == Facet(label, predicted, band, source, split, status)


def test_the_counts_follow_inserts_updates_and_deletes(database: Database) -> None:
    with database.write() as session:
        for label in (1, 1, 7):
            make_drawing(session, label=label)
    assert sum(stored_counts(database).values()) == 3

    with database.write() as session:
        session.execute(update(Drawing).where(Drawing.label == 1).values(label=7))
        session.execute(text("UPDATE drawings SET status = 'rejected' WHERE number = 1"))
    assert stored_counts(database) == counted(database)

    with database.write() as session:
        session.execute(text("DELETE FROM label_events"))
        session.execute(text("DELETE FROM drawings WHERE number = 2"))
    assert stored_counts(database) == counted(database)
    assert sum(stored_counts(database).values()) == 2


@pytest.mark.parametrize(
    ("label", "predicted", "disagrees"), [(7, 1, True), (7, 7, False), (7, None, None)]
)
def test_a_facet_says_whether_prediction_and_label_differ(label, predicted, disagrees) -> None:
    facet = Facet(label, predicted, "unknown", "drawn", "train", DrawingStatus.ACCEPTED)

    assert facet.disagrees is disagrees


def test_the_migration_has_the_same_expression() -> None:
    path = migrate.MIGRATIONS / "versions" / "0002_dashboard.py"
    spec = importlib.util.spec_from_file_location("dashboard_migration", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    assert module.FACET == FACET_SQL


@pytest.mark.parametrize("status", STATUSES)
def test_the_facets_of_a_status_are_consecutive_numbers(status: str) -> None:
    numbers = of_status(status)

    assert {unpack(number).status for number in numbers} == {status}
    assert len(numbers) * len(STATUSES) == N_FACETS
