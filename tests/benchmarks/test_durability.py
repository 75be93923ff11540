"""The benchmark of durability: its ledger, its reading of traces, and a short round of kills."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update

from benchmarks.system import durability, small_disk, sync_trace
from benchmarks.system.ledger import Found, Ledger, compared, strokes_of
from core.base.settings import Settings
from core.imaging import ink_from_strokes, parse_strokes
from core.storage.database import Database
from core.storage.tables import Drawing, LabelEvent
from core.symbols.digits.golden import PAGE_PX
from tests.support.factories import make_drawing, new_id

BAD = ("lost", "doubled", "mislabelled", "other_ink", "faults", "unasked")

ONE, ANOTHER = "0f1c", "9e2d"
WROTE = f'71 pwrite64(9</i/inkloop.db-wal>, "\\r\\0Y{ONE}\\7", 4096, 56) = 4096'
SYNCED = "71 fdatasync(9</i/inkloop.db-wal>) = 0"
TOLD = '72 sendto(14<socket:[5]>, "HTTP/1.1 201 Created", 300, 0, NULL, 0) = 300'


def ink_of(one: str) -> bytes:
    """What the strokes of this id become."""
    return ink_from_strokes(parse_strokes(strokes_of(one), PAGE_PX, PAGE_PX)).ink_HW.tobytes()


@pytest.fixture
def promised(database: Database) -> Ledger:
    """Three drawings that were acknowledged and are there as they were."""
    ledger = Ledger()
    with database.write() as session:
        for label in (3, 1, 4):
            one = new_id()
            make_drawing(session, id=one, label=label, ink=ink_of(one))
            ledger.acknowledge(one, label, 201, 1)
    return ledger


def bad(settings: Settings, ledger: Ledger) -> dict[str, int]:
    """What is not as it was promised."""
    found = compared(settings, ledger)
    return {name: found[name] for name in BAD if found[name]}


def test_what_is_as_promised_is_not_complained_about(settings: Settings, promised: Ledger) -> None:
    found = compared(settings, promised)

    assert found["acknowledged"] == 3
    assert bad(settings, promised) == {}


def test_a_lost_drawing_is_noticed(settings: Settings, promised: Ledger) -> None:
    promised.acknowledge(new_id(), 5, 201, 1)

    assert bad(settings, promised) == {"lost": 1}


def test_a_drawing_that_nobody_was_told_of_is_counted(
    settings: Settings, database: Database, promised: Ledger
) -> None:
    with database.write() as session:
        one = new_id()
        make_drawing(session, id=one, ink=ink_of(one))

    assert bad(settings, promised) == {"unasked": 1}


def test_another_label_and_a_label_without_its_event_are_noticed(
    settings: Settings, database: Database, promised: Ledger
) -> None:
    with database.write() as session:
        session.execute(update(Drawing).where(Drawing.number == 1).values(label=9))
        session.execute(delete(LabelEvent).where(LabelEvent.drawing_number == 2))

    assert bad(settings, promised) == {"mislabelled": 2}


def test_another_ink_is_noticed(settings: Settings, database: Database, promised: Ledger) -> None:
    with database.write() as session:
        session.execute(update(Drawing).where(Drawing.number == 3).values(ink=bytes(784)))

    assert bad(settings, promised) == {"other_ink": 1}


def test_a_drawing_that_is_there_twice_is_noticed() -> None:
    one, found = new_id(), Found()

    for _ in range(2):
        found.add(one, 7, ink_of(one), "7", {one: 7})

    assert (found.doubled, found.mislabelled, found.other_ink) == (1, 0, 0)


def test_an_answer_after_its_sync_is_in_order() -> None:
    lines = [WROTE, SYNCED, TOLD, WROTE.replace(ONE, ANOTHER), SYNCED, TOLD]

    assert sync_trace.order(lines, [ONE, ANOTHER]) == {"told": 2, "early": 0, "syncs": 2}


def test_a_sync_that_another_call_interrupts_counts_once_it_has_ended() -> None:
    began = "71 fdatasync(9</i/inkloop.db-wal> <unfinished ...>"
    ended = "71 <... fdatasync resumed>) = 0"

    assert sync_trace.order([WROTE, began, ended, TOLD], [ONE])["early"] == 0
    assert sync_trace.order([WROTE, began, TOLD, ended], [ONE])["early"] == 1
    assert sync_trace.order([WROTE, began, WROTE, ended, TOLD], [ONE])["early"] == 1


@pytest.mark.parametrize(
    "lines",
    [
        [WROTE, TOLD, SYNCED],
        [WROTE, SYNCED, WROTE, TOLD],
        [WROTE, SYNCED.replace("= 0", "= -1 EIO"), TOLD],
        [WROTE, SYNCED.replace("-wal", "-other"), TOLD],
        [SYNCED, TOLD],
        [WROTE.replace(ONE, ANOTHER), SYNCED, TOLD],
    ],
    ids=[
        "before the sync",
        "another write",
        "failed sync",
        "sync of another file",
        "no write",
        "write of another drawing",
    ],
)
def test_an_answer_that_came_too_early_is_noticed(lines: list[str]) -> None:
    found = sync_trace.order(lines, [ONE])

    assert (found["told"], found["early"]) == (1, 1)


def test_what_cannot_be_tried_here_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("PATH", "")
    said: list[str] = []

    assert small_disk.measure(1, said.append)["why_not"].startswith("mounting")
    assert sync_trace.measure(1, said.append) == {"why_not": "strace is not installed"}
    assert said == []


def test_each_broken_promise_is_a_missed_aim() -> None:
    kills: dict[str, Any] = dict.fromkeys(BAD, 1)
    kills |= {"n_kills": 199, "acknowledged": 99_000}
    synced = {"FULL": {"told": 9, "early": 2}, "NORMAL": {"told": 9, "early": 8}}
    disk = {"reads_failed": 3, "otherwise": 0, "lost": 0, "not_taken": 4}

    rows = durability.aims({"kills": kills, "synced": synced, "small disk": disk})

    missed = [row[-1] for row in rows]
    assert missed == ["1", "1,000", "1", "1", "1", "1", "1", "2", "1", "3", "", "", "4"]


@pytest.mark.slow
def test_kills_of_a_real_server_lose_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")  # a trace takes strace, and a disk root: not everybody has them
    options = durability.Options(n_kills=2, n_workers=1, n_clients=4, longest_seconds=0.5)

    kept = durability.run(tmp_path, options, lambda doing: None)

    found = kept["result"]["kills"]
    assert {name: found[name] for name in BAD if found[name]} == {}
    assert found["acknowledged"] > 0
    assert len(durability.table(kept["result"])) == 5
    assert (tmp_path / "durability.json").exists()
