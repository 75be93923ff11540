"""Storing a drawing: once, with its label, for training or held out."""

from __future__ import annotations

from collections import Counter as Tally
from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from core.base.errors import Conflict, Forbidden, Gone
from core.drawings import queries as drawing_queries
from core.drawings.lifecycle import delete_drawing
from core.storage import counters
from core.storage.database import Database
from core.storage.tables import Contributor, Drawing, LabelEvent
from tests.conftest import NOW
from tests.support.factories import make_drawing, new_id


def test_the_table_refuses_a_second_drawing_with_an_id(database: Database) -> None:
    """Also when it is not stored by `store_drawings`."""
    with database.write() as session:
        make_drawing(session)
        columns = [column for column in Drawing.__table__.columns if not column.computed]
        first = session.execute(select(*columns)).one()._asdict()

    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(insert(Drawing).values(**first | {"number": first["number"] + 1}))


def test_the_same_id_again_changes_nothing(database: Database) -> None:
    drawing_id = new_id()
    with database.write() as session:
        make_drawing(session, id=drawing_id, label=3)
        again = make_drawing(session, id=drawing_id, label=8)

        assert again.label == 3
        assert session.scalars(select(Drawing)).all() == [again]
        assert counters.totals(session, "label:") == {"3": 1}


def test_an_id_of_another_contributor_is_a_conflict(database: Database) -> None:
    drawing_id = new_id()
    with database.write() as session:
        make_drawing(session, id=drawing_id, contributor="alice")

        with pytest.raises(Conflict):
            make_drawing(session, id=drawing_id, contributor="bob")


def test_a_deleted_drawing_sent_again_is_answered_gone(database: Database) -> None:
    with database.write() as session:
        drawing = make_drawing(session)
        delete_drawing(session, drawing, now=NOW)

        with pytest.raises(Gone):
            make_drawing(session, id=drawing.id)


def test_a_drawing_of_a_blocked_contributor_is_refused(database: Database) -> None:
    with database.write() as session:
        make_drawing(session, contributor="mallory")
        session.get_one(Contributor, "mallory").blocked_at = NOW

        with pytest.raises(Forbidden):
            make_drawing(session, contributor="mallory")


def test_the_label_history_starts_with_the_first_label(database: Database) -> None:
    with database.write() as session:
        make_drawing(session, label=5)

        event = session.scalars(select(LabelEvent)).one()

    assert (event.label, event.by, event.at) == (5, "contributor", NOW)


def test_one_drawing_in_each_block_of_five_is_held_out(database: Database) -> None:
    with database.write() as session:
        splits = [make_drawing(session).split for _ in range(200)]

    blocks = [splits[start : start + 5] for start in range(0, 200, 5)]
    assert {block.count("holdout_known") for block in blocks} == {1}


def test_every_position_in_the_block_is_held_out_at_times(database: Database) -> None:
    """People draw 0, 1, 2 … in order: a fixed position would always be the same digits."""
    with database.write() as session:
        splits = [make_drawing(session).split for _ in range(500)]

    positions = Tally(at % 5 for at, split in enumerate(splits) if split == "holdout_known")
    assert set(positions) == {0, 1, 2, 3, 4}
    assert max(positions.values()) < 40  # of 100; 20 are expected


def test_none_of_the_first_twenty_contributors_is_held_out(database: Database) -> None:
    with database.write() as session:
        splits = {make_drawing(session, contributor=f"c{n}").split for n in range(20)}

    assert "holdout_new" not in splits


def test_about_a_tenth_of_later_contributors_are_held_out(database: Database) -> None:
    with database.write() as session:
        for n in range(320):
            make_drawing(session, contributor=f"c{n}")
            make_drawing(session, contributor=f"c{n}")
        held_out = session.scalars(select(Contributor).where(Contributor.is_held_out)).all()
        splits = session.execute(
            select(Drawing.split).where(Drawing.contributor_id.in_([c.id for c in held_out]))
        )

        assert 12 <= len(held_out) <= 52  # binomial(300, 0.1): 30 ± 4.2 standard deviations
        assert {split for (split,) in splits} == {"holdout_new"}


def test_another_secret_holds_out_other_drawings(database: Database) -> None:
    with database.write() as session:
        splits = [make_drawing(session, contributor="alice").split for _ in range(50)]
        session.rollback()
    with database.write() as session:
        other = [
            make_drawing(session, contributor="alice", secret=b"another").split for _ in range(50)
        ]

    assert splits != other


def test_stored_drawings_are_counted(database: Database) -> None:
    with database.write() as session:
        make_drawing(session, label=1, now=NOW)
        make_drawing(session, label=1, now=NOW + timedelta(days=1))

        assert counters.totals(session, "label:") == {"1": 2}
        days = drawing_queries.drawings_by_day(session, date(2026, 3, 15), n_days=3)
        assert [one.n for one in days] == [0, 1, 1]
        assert counters.totals(session, "")["contributors"] == 1
