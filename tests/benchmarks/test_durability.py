"""The bench `durability`: its ledger, its aims, and two kills of a real server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update

from benchmarks.system import durability
from benchmarks.system.ledger import Ledger, StoredDrawings, compare, strokes_of
from core.base.settings import Settings
from core.imaging import ink_from_strokes, parse_strokes
from core.storage.database import Database
from core.storage.tables import Drawing, LabelEvent
from core.symbols.digits.golden import PAGE_PX
from tests.support.factories import make_drawing, new_id

WRONG = ("lost", "doubled", "mislabelled", "other_ink", "faults", "unasked")


def ink_of(one: str) -> bytes:
    """The ink of this id's strokes."""
    return ink_from_strokes(parse_strokes(strokes_of(one), PAGE_PX, PAGE_PX)).ink_HW.tobytes()


@pytest.fixture
def ledger(database: Database) -> Ledger:
    """Three acknowledged drawings that are stored."""
    ledger = Ledger()
    with database.write() as session:
        for label in (3, 1, 4):
            one = new_id()
            make_drawing(session, id=one, label=label, ink=ink_of(one))
            ledger.acknowledge(one, label, 201, 1)
    return ledger


def wrong(settings: Settings, ledger: Ledger) -> dict[str, int]:
    """Numbers of wrong drawings, without zeros."""
    found = compare(settings, ledger)
    return {name: found[name] for name in WRONG if found[name]}


def test_a_database_that_agrees_with_its_ledger_has_no_faults(
    settings: Settings, ledger: Ledger
) -> None:
    found = compare(settings, ledger)

    assert found["acknowledged"] == 3
    assert wrong(settings, ledger) == {}


def test_a_lost_drawing_is_found(settings: Settings, ledger: Ledger) -> None:
    ledger.acknowledge(new_id(), 5, 201, 1)

    assert wrong(settings, ledger) == {"lost": 1}


def test_a_drawing_without_an_acknowledgement_is_counted(
    settings: Settings, database: Database, ledger: Ledger
) -> None:
    with database.write() as session:
        one = new_id()
        make_drawing(session, id=one, ink=ink_of(one))

    assert wrong(settings, ledger) == {"unasked": 1}


def test_another_label_and_a_label_without_its_event_are_found(
    settings: Settings, database: Database, ledger: Ledger
) -> None:
    with database.write() as session:
        session.execute(update(Drawing).where(Drawing.number == 1).values(label=9))
        session.execute(delete(LabelEvent).where(LabelEvent.drawing_number == 2))

    assert wrong(settings, ledger) == {"mislabelled": 2}


def test_another_ink_is_found(settings: Settings, database: Database, ledger: Ledger) -> None:
    with database.write() as session:
        session.execute(update(Drawing).where(Drawing.number == 3).values(ink=bytes(784)))

    assert wrong(settings, ledger) == {"other_ink": 1}


def test_a_drawing_that_is_stored_twice_is_found() -> None:
    one, found = new_id(), StoredDrawings()

    for _ in range(2):
        found.add(one, 7, ink_of(one), "7", {one: 7})

    assert (found.doubled, found.mislabelled, found.other_ink) == (1, 0, 0)


def test_each_wrong_figure_misses_an_aim() -> None:
    kills: dict[str, Any] = dict.fromkeys(WRONG, 1)
    kills |= {"n_kills": 199, "acknowledged": 99_000}

    rows = durability.aims({"kills": kills}, durability.Options())

    assert [row[-1] for row in rows] == ["1", "1,000", "1", "1", "1", "1", "1"]


@pytest.mark.slow
def test_kills_of_a_real_server_lose_nothing(tmp_path: Path) -> None:
    options = durability.Options(n_kills=2, n_workers=1, n_clients=4, longest_seconds=0.5)

    record = durability.run(tmp_path, options, lambda _doing: None)

    found = record["result"]["kills"]
    assert {name: found[name] for name in WRONG if found[name]} == {}
    assert found["acknowledged"] > 0
    assert (tmp_path / "durability.json").exists()
