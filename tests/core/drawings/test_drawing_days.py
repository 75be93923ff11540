"""The figures of a day stay right when drawings change."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select, text

from core.base.kinds import DrawingStatus
from core.base.settings import Settings
from core.drawings import queries as drawing_queries
from core.drawings.erasing import erase_numbers
from core.drawings.lifecycle import delete_drawing, relabel, restore_drawing
from core.drawings.queries import DayFigures
from core.storage import migrate
from core.storage.database import Database
from core.storage.tables import Drawing, DrawingDay
from tests.conftest import NOW
from tests.support.factories import make_drawing, make_version

DAY = timedelta(days=1)


def shown(database: Database) -> DayFigures:
    with database.read() as session:
        return drawing_queries.drawings_by_day(session, NOW.date())[-1]


def three_sevens(database: Database) -> list[int]:
    """One drawing predicted as 7, one as 1, one without a prediction."""
    with database.write() as session:
        make_version(session, 1)
        return [
            make_drawing(session, predicted_label=read, predicted_version=version).number
            for read, version in ((7, 1), (1, 1), (None, None))
        ]


def test_a_day_counts_predictions_and_disagreements(database: Database) -> None:
    three_sevens(database)

    assert shown(database) == DayFigures(NOW.date(), n=3, n_read=2, n_disagreed=1)


def test_a_drawing_relabelled_to_its_prediction_agrees_with_it(database: Database) -> None:
    numbers = three_sevens(database)

    with database.write() as session:
        relabel(session, session.get_one(Drawing, numbers[1]), 1, by="contributor", now=NOW + DAY)

    assert shown(database) == DayFigures(NOW.date(), n=3, n_read=2, n_disagreed=0)


def test_a_deleted_drawing_is_not_counted_until_it_is_restored(database: Database) -> None:
    numbers = three_sevens(database)

    with database.write() as session:
        drawing = session.get_one(Drawing, numbers[1])
        delete_drawing(session, drawing, now=NOW)
        drawing_id = drawing.id
    without = shown(database)
    with database.write() as session:
        restore_drawing(session, drawing_id, None, now=NOW)

    assert without == DayFigures(NOW.date(), n=2, n_read=1, n_disagreed=0)
    assert shown(database) == DayFigures(NOW.date(), n=3, n_read=2, n_disagreed=1)


def test_an_erased_drawing_is_not_counted(database: Database) -> None:
    numbers = three_sevens(database)

    with database.write() as session:
        erase_numbers(session, numbers[:2], now=NOW)
        erase_numbers(session, numbers[:2], now=NOW)

    assert shown(database) == DayFigures(NOW.date(), n=1)


def test_days_without_drawings_are_listed(database: Database) -> None:
    with database.write() as session:
        for ago in (0, 2, 2, 40):
            make_drawing(session, now=NOW - ago * DAY)

    with database.read() as session:
        days = drawing_queries.drawings_by_day(session, NOW.date(), n_days=4)

    assert [one.n for one in days] == [0, 2, 0, 1]
    assert days[0].day == NOW.date() - 3 * DAY


def test_the_migration_counts_earlier_drawings(tmp_path) -> None:
    settings = Settings.from_env({}, instance=tmp_path)
    migrate.upgrade(settings)
    database = Database(settings)
    three_sevens(database)
    with database.write() as session:
        delete_drawing(session, make_drawing(session, now=NOW - DAY), now=NOW)
    migrate.downgrade(settings, "0002")
    migrate.upgrade(settings)

    with database.read() as session:
        rows = {row.day: row.n for row in session.scalars(select(DrawingDay))}
        kept = Drawing.status != DrawingStatus.DELETED
        n = session.scalars(select(func.count()).where(kept)).one()
        left = session.scalars(text("SELECT count(*) FROM counters WHERE name LIKE 'day:%'")).one()
    database.dispose()

    assert (sorted(rows.values()), n, left) == ([0, 3], 3, 0)
