"""Finding drawings: every page, order and count is compared with a scan of all drawings."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from core.base.kinds import RunStatus
from core.base.settings import Settings
from core.drawings import gallery
from core.drawings.gallery import Filters, Sort, decode_key, encode_key, find, tally
from core.drawings.lifecycle import delete_drawing
from core.storage.database import Database
from core.storage.facets import unpack
from core.storage.tables import Drawing, Run, RunDrawing
from tests.conftest import NOW
from tests.support.factories import make_drawing, make_version

N = 240
Row = dict[str, object]
DAY = timedelta(days=1)

FILTERS = [
    Filters(),
    Filters(label=7),
    Filters(label=7, predicted=1),
    Filters(disagrees=True),
    Filters(disagrees=False, label=3),
    Filters(confidence="below_60"),
    Filters(confidence="unknown", status="accepted"),
    Filters(source="imported", split="holdout_known"),
    Filters(status="deleted"),
    Filters(contributor="bob"),
    Filters(contributor="bob", label=7, disagrees=True),
    Filters(contributor="nobody"),
    Filters(since=NOW + 2 * DAY, until=NOW + 5 * DAY),
    Filters(until=NOW + DAY, source="drawn", label=2),
    Filters(version=2),
    Filters(version=2, label=7, since=NOW + DAY),
    Filters(version=9),
]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[Database]:
    """A migrated database that all tests of this file read."""
    settings = Settings.from_env({}, instance=tmp_path_factory.mktemp("gallery"))
    shutil.copyfile(migrated_file, settings.database_path)
    database = Database(settings)
    yield database
    database.dispose()


@pytest.fixture(autouse=True)
def short_walks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Low limits, so that both ways to find a page are used."""
    monkeypatch.setattr(gallery, "N_SCANNED", 40)


@pytest.fixture(scope="module")
def rows(database: Database) -> list[Row]:
    """Drawings of all kinds, many of one time and some out of order; version 2 learned from 50."""
    chance = random.Random(7)
    with database.write() as session:
        run = Run(id=5, status=RunStatus.PROMOTED, requested_by="schedule", is_forced=False)
        run.queued_at, run.n_attempts, run.seed = NOW, 1, 1
        session.add(run)
        session.flush()
        make_version(session, 1)
        make_version(session, 2, is_live=False).run_id = 5
        for _ in range(N):
            predicted = chance.choice([None, 1, 2, 3, 7])
            drawing = make_drawing(
                session,
                contributor=chance.choice(["alice", "bob", "carol"]),
                label=chance.choice([1, 2, 3, 7]),
                predicted_label=predicted,
                predicted_version=None if predicted is None else 1,
                now=NOW + DAY * chance.randrange(7),
            )
            drawing.source = chance.choice(["drawn", "uploaded", "imported"])
            drawing.confidence = None if predicted is None else chance.choice([0.3, 0.7, 0.95, 1.0])
            if chance.random() < 0.1:
                delete_drawing(session, drawing, now=NOW)
        session.flush()
        for number in chance.sample(range(1, N + 1), 50):
            session.add(RunDrawing(run_id=5, drawing_number=number, label=1, is_new=True))
    return everything(database)


def everything(database: Database) -> list[Row]:
    with database.read() as session:
        learned = set(session.scalars(select(RunDrawing.drawing_number)))
        return [
            {
                "number": row.number,
                "at": row.created_at,
                "confidence": row.confidence,
                "contributor": row.contributor_id,
                "version": 2 if row.number in learned else None,
                "facet": unpack(row.facet),
            }
            for row in session.scalars(select(Drawing))
        ]


def fits(row: Row, filters: Filters) -> bool:
    facet, at = unpack_row(row)
    asked = [
        (filters.label, facet.label),
        (filters.predicted, facet.predicted),
        (filters.confidence, facet.band),
        (filters.source, facet.source),
        (filters.split, facet.split),
        (filters.disagrees, facet.disagrees),
        (filters.contributor, row["contributor"]),
        (filters.version, row["version"]),
    ]
    is_shown = facet.status == filters.status if filters.status else facet.status != "deleted"
    in_time = (filters.since is None or at >= filters.since) and (
        filters.until is None or at < filters.until
    )
    return is_shown and in_time and all(want in (None, have) for want, have in asked)


def unpack_row(row: Row):
    facet, at = row["facet"], row["at"]
    assert isinstance(at, datetime)
    return facet, at


def order(sort: Sort, filters: Filters) -> Callable[[Row], tuple]:
    if sort.by_confidence:
        return lambda row: (row["confidence"], row["number"])
    # What a version learned from is in its order of arrival.
    column = "at" if filters.version is None else "number"
    return lambda row: (row[column], row["number"])


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_pages_have_the_matching_drawings_in_order(
    database: Database, rows: list[Row], filters: Filters, sort: Sort
) -> None:
    expected = [row for row in rows if fits(row, filters)]
    if sort.by_confidence:
        expected = [row for row in expected if row["confidence"] is not None]
    expected.sort(key=order(sort, filters), reverse=not sort.is_rising)

    found, after = [], None
    with database.read() as session:
        while True:
            page = find(session, filters, sort, after, 9)
            found += page.numbers
            if page.next is None:
                break
            after = decode_key(encode_key(page.next))

    assert found == [row["number"] for row in expected]
    with database.read() as session:
        counted = tally(session, filters)
    assert (counted.n, counted.is_exact) == (sum(fits(row, filters) for row in rows), True)


def test_counts_stop_at_ten_thousand_where_drawings_have_to_be_counted(
    database: Database, rows: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gallery, "COUNT_LIMIT", 20)
    with database.read() as session:
        in_time = tally(session, Filters(since=NOW))
        by_facet = tally(session, Filters())

    assert (in_time.n, in_time.is_exact) == (20, False)
    assert by_facet.is_exact and by_facet.n > 20


def test_each_choice_of_a_filter_has_its_count(database: Database, rows: list[Row]) -> None:
    with database.read() as session:
        by = tally(session, Filters(label=7, disagrees=True)).by
        assert by is not None
        for name, choices in by.items():
            for choice, n in choices.items():
                value: Any = int(choice) if choice.isdigit() else choice
                other = replace(Filters(label=7, disagrees=True), **{name: value})
                assert n == tally(session, other).n, (name, choice)


def test_no_page_reads_strokes_or_scans_the_table(database: Database, rows: list[Row]) -> None:
    statements = [
        "SELECT created_at, number FROM drawings WHERE facet = 7 AND created_at BETWEEN 1 AND 9 "
        "AND (created_at, number) < (9, 9) ORDER BY created_at DESC, number DESC LIMIT 9",
        "SELECT confidence, number FROM drawings WHERE facet = 7 AND confidence BETWEEN 0 AND 1 "
        "ORDER BY confidence ASC, number ASC LIMIT 9",
        "SELECT created_at, number FROM drawings WHERE contributor_id = 'bob' AND facet = 7 AND "
        "created_at BETWEEN 1 AND 9 ORDER BY created_at DESC, number DESC LIMIT 9",
        "SELECT created_at, number, facet FROM drawings WHERE created_at BETWEEN 1 AND 9 "
        "ORDER BY created_at DESC, number DESC LIMIT 9",
    ]
    with database.read() as session:
        for statement in statements:
            plan = session.execute(text(f"EXPLAIN QUERY PLAN {statement}")).all()
            assert all("SEARCH" in step.detail for step in plan), plan
