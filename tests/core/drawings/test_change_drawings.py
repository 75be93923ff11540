"""Relabelling, confirming, quarantining, deleting, restoring and erasing drawings."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.base.errors import Conflict, Gone, NotFound
from core.drawings import queries as drawing_queries
from core.drawings.erasing import erase_deleted
from core.drawings.lifecycle import (
    confirm,
    delete_drawing,
    own_drawing,
    quarantine,
    relabel,
    restore_drawing,
)
from core.storage import counters
from core.storage.database import Database
from core.storage.tables import Drawing, LabelEvent
from tests.conftest import NOW
from tests.support.factories import make_drawing

SOON = NOW + timedelta(seconds=59)
LATE = NOW + timedelta(seconds=61)


def test_relabelling_keeps_the_older_labels(database: Database) -> None:
    with database.write() as session:
        drawing = make_drawing(session, label=1)
        relabel(session, drawing, 7, by="contributor", now=NOW)

        history = session.scalars(select(LabelEvent.label).order_by(LabelEvent.id)).all()

        assert list(history) == [1, 7]
        assert counters.totals(session, "label:") == {"1": 0, "7": 1}


def test_relabelling_keeps_the_split(database: Database) -> None:
    with database.write() as session:
        drawings = [make_drawing(session) for _ in range(10)]
        before = [drawing.split for drawing in drawings]
        for drawing in drawings:
            relabel(session, drawing, 2, by="contributor", now=NOW)

        assert [drawing.split for drawing in drawings] == before


def test_a_contributor_cannot_overrule_a_reviewer(database: Database) -> None:
    with database.write() as session:
        drawing = make_drawing(session, label=1)
        relabel(session, drawing, 7, by="user:1", now=NOW)

        with pytest.raises(Conflict):
            relabel(session, drawing, 1, by="contributor", now=NOW)


def test_a_quarantined_drawing_is_not_trained_on(database: Database) -> None:
    with database.write() as session:
        drawings = [make_drawing(session) for _ in range(5)]
        n_before = drawing_queries.n_new(session)
        trains = next(drawing for drawing in drawings if drawing.split == "train")
        quarantine(session, [trains.number])
        session.flush()

        assert drawing_queries.n_new(session) == n_before - 1


def test_confirming_releases_while_there_are_few_contributors(database: Database) -> None:
    with database.write() as session:
        drawing = make_drawing(session)
        quarantine(session, [drawing.number])
        confirm(session, drawing, now=NOW)

        assert drawing.status == "accepted"
        assert quarantine(session, [drawing.number]) == 0


def test_confirming_does_not_release_among_many_contributors(database: Database) -> None:
    with database.write() as session:
        for n in range(20):
            drawing = make_drawing(session, contributor=f"c{n}")
        quarantine(session, [drawing.number])
        confirm(session, drawing, now=NOW)

        assert drawing.status == "quarantined"


def test_a_deleted_drawing_can_be_restored_within_a_minute(database: Database) -> None:
    with database.write() as session:
        drawing = make_drawing(session)
        quarantine(session, [drawing.number])
        delete_drawing(session, drawing, now=NOW)
        restore_drawing(session, drawing.id, "alice", now=SOON)

        assert drawing.status == "quarantined"
        assert counters.totals(session, "status:")["quarantined"] == 1


def test_after_a_minute_a_deleted_drawing_cannot_be_restored(database: Database) -> None:
    with database.write() as session:
        drawing = make_drawing(session)
        delete_drawing(session, drawing, now=NOW)

        with pytest.raises(Gone):
            restore_drawing(session, drawing.id, "alice", now=LATE)


def test_erasing_removes_the_ink_and_keeps_the_id(database: Database) -> None:
    with database.write() as session:
        drawing = make_drawing(session, ink=b"\x07" * 784)
        delete_drawing(session, drawing, now=NOW)
        session.flush()
        n_too_soon = erase_deleted(session, now=SOON)
        n_erased = erase_deleted(session, now=LATE)
        session.refresh(drawing)

        assert (n_too_soon, n_erased, drawing.ink) == (0, 1, b"")
        with pytest.raises(Gone):
            make_drawing(session, id=drawing.id)


def test_erasing_removes_the_prediction(database: Database) -> None:
    with database.write() as session:
        drawing = make_drawing(session, ink=b"\x07" * 784)
        drawing.predicted_label, drawing.confidence = 3, 0.75
        delete_drawing(session, drawing, now=NOW)
        session.flush()
        erase_deleted(session, now=LATE)

        row = session.execute(select(Drawing.predicted_label, Drawing.confidence)).one()
        assert tuple(row) == (None, None)


def test_another_contributors_drawing_is_not_found(database: Database) -> None:
    with database.write() as session:
        drawing = make_drawing(session, contributor="alice")

        with pytest.raises(NotFound):
            own_drawing(session, drawing.id, "bob")


def test_a_reviewer_may_change_any_drawing(database: Database) -> None:
    with database.write() as session:
        drawing = make_drawing(session, contributor="alice")

        assert own_drawing(session, drawing.id, None) is drawing
