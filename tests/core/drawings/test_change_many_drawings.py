"""Changing many drawings at once: atomic, on record, and undone as a whole."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.base.errors import Conflict, Gone, InvalidInput, NotFound
from core.drawings.bulk_changes import Action, change_drawings, undo_change
from core.drawings.lifecycle import quarantine, relabel
from core.storage import counters
from core.storage.database import Database
from core.storage.tables import AuditEvent, Drawing, LabelEvent
from tests.conftest import NOW
from tests.support.factories import make_drawing, new_id

SOON = NOW + timedelta(seconds=10)
LATE = NOW + timedelta(seconds=61)
BY = "user:1"


@pytest.fixture
def ids(database: Database) -> list[str]:
    """A quarantined 1, a 1 and a 7."""
    with database.write() as session:
        drawings = [make_drawing(session, label=label) for label in (1, 1, 7)]
        quarantine(session, [drawings[0].number])
        return [drawing.id for drawing in drawings]


def states(database: Database) -> list[tuple[int, str]]:
    with database.read() as session:
        rows = session.scalars(select(Drawing).order_by(Drawing.number)).all()
        return [(row.label, str(row.status)) for row in rows]


def totals(database: Database) -> dict[str, int]:
    with database.read() as session:
        kept = counters.totals(session, "label:") | counters.totals(session, "status:")
        return {name: n for name, n in kept.items() if n}


@pytest.mark.parametrize(
    ("action", "label", "after"),
    [
        (Action.ACCEPT, None, [(1, "accepted"), (1, "accepted"), (7, "accepted")]),
        (Action.RELABEL, 7, [(7, "accepted")] * 3),
        (Action.REJECT, None, [(1, "rejected"), (1, "rejected"), (7, "rejected")]),
        (Action.DELETE, None, [(1, "deleted"), (1, "deleted"), (7, "deleted")]),
    ],
)
def test_an_action_changes_all_drawings_and_its_undo_restores_all(
    database, ids, action, label, after
):
    before, counted = states(database), totals(database)

    with database.write() as session:
        change = change_drawings(session, ids, action, label, by=BY, now=NOW)
    assert states(database) == after

    with database.write() as session:
        undo_change(session, change.id, by=BY, now=SOON)
    assert states(database) == before
    assert totals(database) == counted


def test_restoring_is_undone_by_deleting_again(database, ids):
    with database.write() as session:
        change_drawings(session, ids, Action.DELETE, None, by=BY, now=NOW)
    with database.write() as session:
        change = change_drawings(session, ids, Action.RESTORE, None, by=BY, now=SOON)
    assert [status for _, status in states(database)] == ["quarantined", "accepted", "accepted"]

    with database.write() as session:
        undo_change(session, change.id, by=BY, now=SOON)
    assert [status for _, status in states(database)] == ["deleted"] * 3


def test_labels_stay_in_the_history_and_the_audit_log_has_one_event(database, ids):
    with database.write() as session:
        change = change_drawings(session, ids, Action.RELABEL, 7, by=BY, now=NOW)
        undo_change(session, change.id, by=BY, now=SOON)

    with database.read() as session:
        first = select(LabelEvent.label).where(LabelEvent.drawing_number == 1)
        assert session.scalars(first.order_by(LabelEvent.id)).all() == [1, 7, 1]
        log = session.execute(select(AuditEvent.action, AuditEvent.subject)).all()
        assert log == [("relabel", "drawings:3"), ("undo", "drawings:3")]


@pytest.mark.parametrize("fault", ["unknown", "deleted"])
def test_if_one_drawing_cannot_be_changed_none_is(database, ids, fault):
    with database.write() as session:
        change_drawings(session, ids[2:], Action.DELETE, None, by=BY, now=NOW)
    before = states(database)
    wanted = [*ids[:2], new_id()] if fault == "unknown" else ids

    with pytest.raises((NotFound, Gone)), database.write() as session:
        change_drawings(session, wanted, Action.REJECT, None, by=BY, now=NOW)

    assert states(database) == before


def test_only_relabel_takes_a_label(database, ids):
    with database.write() as session:
        for action, label in ((Action.RELABEL, None), (Action.ACCEPT, 7)):
            with pytest.raises(InvalidInput):
                change_drawings(session, ids, action, label, by=BY, now=NOW)


def test_only_the_user_can_undo_a_change_in_time_and_once(database, ids):
    with database.write() as session:
        change = change_drawings(session, ids, Action.REJECT, None, by=BY, now=NOW)

        with pytest.raises(NotFound):
            undo_change(session, change.id, by="user:2", now=SOON)
        with pytest.raises(Gone):
            undo_change(session, change.id, by=BY, now=LATE)
        undo_change(session, change.id, by=BY, now=SOON)
        with pytest.raises(Conflict):
            undo_change(session, change.id, by=BY, now=SOON)


def test_a_change_is_not_undone_if_a_drawing_was_changed_since(database, ids):
    with database.write() as session:
        change = change_drawings(session, ids, Action.ACCEPT, None, by=BY, now=NOW)
    with database.write() as session:
        drawing = session.scalars(select(Drawing).where(Drawing.id == ids[1])).one()
        relabel(session, drawing, 4, by="user:2", now=SOON)

    with pytest.raises(Conflict), database.write() as session:
        undo_change(session, change.id, by=BY, now=SOON)

    assert states(database)[1] == (4, "accepted")


def test_after_a_minute_nothing_is_restored(database, ids):
    with database.write() as session:
        change_drawings(session, ids, Action.DELETE, None, by=BY, now=NOW)

    with pytest.raises(Gone), database.write() as session:
        change_drawings(session, ids, Action.RESTORE, None, by=BY, now=LATE)
