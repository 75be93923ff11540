"""Stored counts of contributors' drawings stay correct through all changes."""

from __future__ import annotations

import random

from sqlalchemy import delete, func, select, update

from core.base.settings import Settings
from core.drawings.erasing import erase_numbers
from core.drawings.lifecycle import delete_drawing, relabel, restore_drawing
from core.storage import migrate
from core.storage.database import Database
from core.storage.tables import Contributor, ContributorFacet, Drawing, LabelEvent
from server.api.contributors.counts import count_drawings
from tests.conftest import NOW
from tests.support.factories import make_drawing

Sizes = dict[tuple[str, int], int]


def kept_and_counted(database: Database) -> tuple[Sizes, Sizes]:
    theirs = Drawing.contributor_id, Drawing.facet
    with database.read() as session:
        kept = session.scalars(select(ContributorFacet).where(ContributorFacet.n != 0)).all()
        rows = session.execute(select(*theirs, func.count()).group_by(*theirs)).all()
    return (
        {(row.contributor_id, row.facet): row.n for row in kept},
        {(contributor_id, facet): n for contributor_id, facet, n in rows},
    )


def mix(database: Database, seed: int) -> None:
    """Make two hundred changes of all kinds to drawings of several contributors."""
    chance = random.Random(seed)
    with database.write() as session:
        numbers = [
            make_drawing(session, contributor=f"c{n % 4}", label=n % 10).number for n in range(30)
        ]
        people = session.scalars(select(Contributor.id)).all()
    for _ in range(200):
        with database.write() as session:
            drawing = session.get_one(Drawing, chance.choice(numbers))
            match chance.randrange(5):
                case 0 if drawing.status != "deleted" and drawing.ink:
                    relabel(session, drawing, chance.randrange(10), by="contributor", now=NOW)
                case 1 if drawing.status != "deleted":
                    delete_drawing(session, drawing, now=NOW)
                case 2 if drawing.status == "deleted" and drawing.ink:
                    restore_drawing(session, drawing.id, None, now=NOW)
                case 3 if chance.random() < 0.2:
                    erase_numbers(session, [drawing.number], now=NOW)
                case 4:
                    there = update(Drawing).where(Drawing.number == drawing.number)
                    session.execute(there.values(contributor_id=chance.choice(people)))


def test_stored_counts_equal_counted_ones_after_mixed_changes(database: Database) -> None:
    for seed in range(3):
        mix(database, seed)

        kept, counted = kept_and_counted(database)

        assert kept == counted


def test_a_joined_drawing_counts_for_its_new_contributor(database: Database) -> None:
    with database.write() as session:
        first, second = (make_drawing(session, contributor=each) for each in ("one", "two"))
        carried = update(Drawing).where(Drawing.number == first.number)
        session.execute(carried.values(contributor_id=second.contributor_id))

    with database.read() as session:
        found = count_drawings(session, ["one", "two"])

    assert (found["one"].n, found["two"].n) == (0, 2)


def test_a_deleted_row_is_no_longer_counted(database: Database) -> None:
    with database.write() as session:
        number = make_drawing(session).number
        make_drawing(session)
    with database.write() as session:
        session.execute(delete(LabelEvent).where(LabelEvent.drawing_number == number))
        session.execute(delete(Drawing).where(Drawing.number == number))

    kept, counted = kept_and_counted(database)

    assert kept == counted
    assert sum(kept.values()) == 1


def test_the_migration_counts_existing_drawings(tmp_path) -> None:
    settings = Settings.from_env({}, instance=tmp_path)
    migrate.upgrade(settings)
    database = Database(settings)
    mix(database, 7)
    migrate.downgrade(settings, "0002")
    migrate.upgrade(settings)

    kept, counted = kept_and_counted(database)
    database.dispose()

    assert kept == counted
