"""Transactions, pragmas and column types."""

from __future__ import annotations

import threading
import time
from datetime import datetime

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from core.base.settings import Settings
from core.storage.counters import count
from core.storage.database import Database, has_wal_reset_bug
from core.storage.tables import Counter, Drawing
from tests.conftest import NOW
from tests.support.factories import make_drawing


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 10_000)],
)
def test_a_writer_has_the_pragmas_that_durability_needs(
    database: Database, pragma: str, value: object
) -> None:
    with database.write() as session:
        assert session.execute(text(f"PRAGMA {pragma}")).scalar() == value


def test_a_reader_waits_as_long_as_a_writer(database: Database) -> None:
    with database.read() as session:
        assert session.execute(text("PRAGMA busy_timeout")).scalar() == 10_000


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(OperationalError, match="readonly"), database.read() as session:
        count(session, {"drawings": 1})


def test_an_error_rolls_everything_back(database: Database) -> None:
    with pytest.raises(RuntimeError), database.write() as session:
        make_drawing(session)
        raise RuntimeError

    with database.read() as session:
        assert session.scalars(select(Drawing)).all() == []


def test_a_table_refuses_a_value_of_the_wrong_type(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(text("INSERT INTO counters (name, n) VALUES ('drawings', 'many')"))


def test_a_time_without_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="no time zone"), database.write() as session:
        make_drawing(session, now=datetime(2026, 3, 14))


def test_a_time_comes_back_aware_and_to_the_microsecond(database: Database) -> None:
    moment = NOW.replace(microsecond=123_457)
    with database.write() as session:
        make_drawing(session, now=moment)

    with database.read() as session:
        assert session.scalars(select(Drawing.created_at)).one() == moment


def test_writers_in_many_threads_all_succeed(settings: Settings) -> None:
    database = Database(settings)

    def add_hundred() -> None:
        for _ in range(100):
            with database.write() as session:
                n = session.scalars(select(Counter.n).where(Counter.name == "x")).one_or_none()
                session.merge(Counter(name="x", n=(n or 0) + 1))

    threads = [threading.Thread(target=add_hundred) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.read() as session:
        assert session.get_one(Counter, "x").n == 400
    database.dispose()


def test_a_waiting_writer_gets_the_first_gap_between_writes_of_another_process(
    settings: Settings,
) -> None:
    """SQLite's own busy handler polls too seldom: here it gets one gap of five."""
    greedy, patient = Database(settings), Database(settings)  # as two processes have them
    n_held, is_held, is_over = [0], threading.Event(), threading.Event()

    def hold_nearly_always() -> None:
        while not is_over.is_set():
            with greedy.write() as session:
                count(session, {"greedy": 1})
                n_held[0] += 1
                is_held.set()
                time.sleep(0.036)
                is_held.clear()
            time.sleep(0.005)

    thread = threading.Thread(target=hold_nearly_always)
    thread.start()
    try:
        waited = []
        for _ in range(8):
            is_held.wait()
            before = n_held[0]
            with patient.write() as session:
                count(session, {"patient": 1})
            waited.append(n_held[0] - before)
    finally:
        is_over.set()
        thread.join()
        greedy.dispose()
        patient.dispose()

    assert sum(waited) <= 8, waited


@pytest.mark.parametrize(
    ("version", "has_bug"),
    [
        ("3.40.1", True),
        ("3.51.2", True),
        ("3.51.3", False),
        ("3.53.4", False),
        ("3.50.6", True),
        ("3.50.7", False),
        ("3.44.6", False),
    ],
)
def test_sqlite_versions_with_the_wal_reset_bug_are_known(version: str, has_bug: bool) -> None:
    assert has_wal_reset_bug(version) is has_bug


def test_the_text_of_an_error_has_no_stored_values(database: Database) -> None:
    with pytest.raises(IntegrityError) as caught, database.write() as session:
        for _ in range(2):
            session.execute(insert(Counter).values(name="ada@example.org", n=1))

    assert "ada@example.org" not in str(caught.value)
