"""The map of a version: when it is wanted, and which drawings are on it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.base.kinds import MapSource
from core.drawings import lifecycle as drawings
from core.drawings.erasing import RESTORE_WITHIN, erase_deleted, erase_numbers
from core.people import contributors
from core.storage.tables import DigitMap, Embedding
from core.versions import maps
from tests.conftest import NOW
from tests.support.factories import make_drawing, make_version

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def session(database):
    """A transaction on an empty instance."""
    with database.write() as session:
        yield session


def _point(number, place=0, source=MapSource.DRAWING):
    return maps.Point(source, number, place, 0.5, -0.5, 7, 1, 0.25)


def _made(session, version, points, now=NOW):
    maps.begin_map(session, version, now=now)
    maps.finish_map(session, version, points, newest_number=9, seconds=1.0, now=now)


def _numbers(session, version):
    query = select(Embedding.number).where(Embedding.version == version)
    return session.scalars(query.order_by(Embedding.place)).all()


def test_the_live_version_wants_a_map_until_it_has_one(session):
    assert maps.wanted(session) is None
    make_version(session, 1)

    assert maps.wanted(session) == (1, None)
    _made(session, 1, [])
    assert maps.wanted(session) is None


def test_a_map_whose_trainer_was_killed_is_still_wanted(session):
    make_version(session, 1)
    maps.begin_map(session, 1, now=NOW)

    assert maps.wanted(session) == (1, NOW)


def test_a_map_that_is_requested_again_is_wanted_again(session):
    make_version(session, 1)
    _made(session, 1, [])

    maps.ask_for_map(session, 1, by="user:1", now=LATER)

    assert maps.wanted(session) == (1, LATER)


def test_requesting_a_map_while_it_is_being_made_changes_nothing(session):
    make_version(session, 1)
    maps.begin_map(session, 1, now=NOW)

    assert maps.ask_for_map(session, 1, by="user:1", now=LATER).asked_at == NOW


def test_an_attempt_that_began_long_ago_is_no_longer_under_way(session):
    make_version(session, 1)
    maps.begin_map(session, 1, now=NOW)
    row = session.get_one(DigitMap, 1)

    assert maps.is_under_way(row, LATER)
    assert not maps.is_under_way(row, NOW + maps.STALE_AFTER)


def _by_retention(session, drawing):
    erase_numbers(session, [drawing.number], now=NOW)


def _by_its_contributor(session, drawing):
    drawings.delete_drawing(session, drawing, now=NOW)
    erase_deleted(session, now=NOW + 2 * RESTORE_WITHIN)


def _by_an_admin(session, drawing):
    contributors.erase(session, 1, by="user:1", now=NOW)


@pytest.mark.parametrize("erase", [_by_retention, _by_its_contributor, _by_an_admin])
def test_an_erased_drawing_leaves_every_map_and_mnist_stays(session, erase):
    make_version(session, 1)
    drawing = make_drawing(session, ink=bytes([9] * 784))
    _made(session, 1, [_point(drawing.number), _point(drawing.number, 1, MapSource.MNIST)])

    erase(session, drawing)

    rows = session.scalars(select(Embedding)).all()
    assert [row.source for row in rows] == ["mnist"]


def test_a_drawing_erased_meanwhile_is_not_on_the_map(session):
    make_version(session, 1)
    kept, erased = make_drawing(session), make_drawing(session)
    erase_numbers(session, [erased.number], now=NOW)

    _made(session, 1, [_point(erased.number, 0), _point(kept.number, 1)])

    assert _numbers(session, 1) == [kept.number]


def test_a_new_map_replaces_the_earlier_one(session):
    make_version(session, 1)
    first, second = make_drawing(session).number, make_drawing(session).number
    _made(session, 1, [_point(first)])

    _made(session, 1, [_point(second)], LATER)

    assert _numbers(session, 1) == [second]


def test_only_the_newest_maps_are_stored(session, monkeypatch):
    monkeypatch.setattr(maps, "N_STORED", 2)
    number = make_drawing(session).number
    for version in (1, 2, 3):
        make_version(session, version)
        _made(session, version, [_point(number)], NOW + timedelta(minutes=version))

    assert session.scalars(select(DigitMap.version).order_by(DigitMap.version)).all() == [2, 3]
    assert _numbers(session, 1) == []


def test_a_failed_attempt_has_a_reason_until_the_next_one(session):
    make_version(session, 1)
    maps.begin_map(session, 1, now=NOW)
    maps.end_attempt(session, 1, "disk")
    row = session.get_one(DigitMap, 1)

    assert (row.failure, row.started_at) == ("disk", None)
    maps.begin_map(session, 1, now=LATER)
    assert row.failure is None
