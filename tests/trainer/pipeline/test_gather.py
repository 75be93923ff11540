"""Gathering: training and holdout drawings, resumption, and caps by contributor."""

from __future__ import annotations

import itertools
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy.orm import Session

from core.base.kinds import DrawingStatus, RunStatus, Split
from core.drawings.lifecycle import delete_drawing, relabel
from core.runs import lease as run_lease
from core.runs import lifecycle as runs
from core.runs import queries as run_queries
from core.storage.database import Database
from core.storage.tables import Contributor, Drawing, Run
from tests.conftest import NOW
from tests.support.factories import make_drawing
from trainer.pipeline.gather import Gathered, gather, within_caps

_codes = itertools.count(1)


def _run(session: Session) -> tuple[Run, int]:
    fence = run_lease.take_lease(session, "t1", now=NOW, ttl=timedelta(minutes=1))
    assert fence is not None
    runs.queue_run(session, requested_by="user:1", is_forced=True, seed=7, now=NOW)
    run = runs.claim_next_run(session, fence=fence, now=NOW)
    assert run is not None
    return run, fence


def _draw(session: Session, n: int, contributor: str = "alice") -> list[Drawing]:
    """Drawings with different inks."""
    return [
        make_drawing(session, contributor=contributor, ink=next(_codes).to_bytes(784, "big"))
        for _ in range(n)
    ]


def _numbers(drawings: list[Drawing], split: Split) -> list[int]:
    return [drawing.number for drawing in drawings if drawing.split == split]


def test_accepted_drawings_are_in_training_or_holdout(database: Database) -> None:
    with database.write() as session:
        run, _ = _run(session)
        drawings = _draw(session, 10)

        gathered = gather(session, run.id, run.seed)

    assert gathered.new.numbers.tolist() == _numbers(drawings, Split.TRAIN)
    assert gathered.holdout_known.numbers.tolist() == _numbers(drawings, Split.HOLDOUT_KNOWN)
    assert len(gathered.older) == len(gathered.holdout_new) == 0


def test_ink_label_and_contributor_stay_together(database: Database) -> None:
    with database.write() as session:
        run, _ = _run(session)
        drawings = {drawing.number: drawing for drawing in _draw(session, 5)}

        new = gather(session, run.id, run.seed).new

    assert new.inks.shape == (4, 28, 28)
    for number, ink in zip(new.numbers, new.inks, strict=True):
        assert ink.tobytes() == drawings[int(number)].ink


def test_drawings_of_earlier_runs_are_gathered_as_older(database: Database) -> None:
    with database.write() as session:
        run, _ = _run(session)
        used = next(d for d in _draw(session, 5) if d.split == Split.TRAIN)
        used.used_in_run_id = run.id
        session.flush()

        gathered = gather(session, run.id, run.seed)

    assert gathered.older.numbers.tolist() == [used.number]
    assert used.number not in gathered.new.numbers
    assert (used.number, used.label, False) in gathered.lineage()


@pytest.mark.parametrize("status", [DrawingStatus.QUARANTINED, DrawingStatus.REJECTED])
def test_drawings_that_are_not_accepted_are_excluded(
    database: Database, status: DrawingStatus
) -> None:
    with database.write() as session:
        run, _ = _run(session)
        for drawing in _draw(session, 5):
            drawing.status = status
        session.flush()

        gathered = gather(session, run.id, run.seed)

    assert len(gathered.new) == len(gathered.holdout_known) == 0


def test_a_deleted_drawing_is_excluded(database: Database) -> None:
    with database.write() as session:
        run, _ = _run(session)
        for drawing in _draw(session, 5):
            delete_drawing(session, drawing, now=NOW)
        session.flush()

        assert list(gather(session, run.id, run.seed).lineage()) == []


def test_drawings_of_a_blocked_contributor_are_excluded(database: Database) -> None:
    with database.write() as session:
        run, _ = _run(session)
        _draw(session, 5)
        session.get_one(Contributor, "alice").blocked_at = NOW
        session.flush()

        gathered = gather(session, run.id, run.seed)

    assert len(gathered.new) == len(gathered.holdout_known) == 0


def _recorded(session: Session, run: Run, fence: int) -> Gathered:
    gathered = gather(session, run.id, run.seed)
    runs.record_lineage(session, run.id, gathered.lineage(), fence=fence)
    return gathered


def test_a_resumed_run_gathers_the_same_drawings(database: Database) -> None:
    with database.write() as session:
        run, fence = _run(session)
        _draw(session, 5)
        first = _recorded(session, run, fence)
        _draw(session, 5)

        again = gather(session, run.id, run.seed)

    assert again.new.numbers.tolist() == first.new.numbers.tolist()


@pytest.mark.parametrize("what", ["deleted", "relabelled"])
def test_a_resumed_run_starts_over_if_a_drawing_was_withdrawn(
    database: Database, what: str
) -> None:
    with database.write() as session:
        run, fence = _run(session)
        drawing = next(d for d in _draw(session, 5) if d.split == Split.TRAIN)
        _recorded(session, run, fence)
        if what == "deleted":
            delete_drawing(session, drawing, now=NOW)
        else:
            relabel(session, drawing, 1, by="contributor", now=NOW)
        late = _draw(session, 5)
        session.flush()

        again = gather(session, run.id, run.seed)

    assert set(_numbers(late, Split.TRAIN)) <= set(again.new.numbers.tolist())


def test_a_contributor_is_capped_at_fifty_drawings() -> None:
    contributors = [str(n % 40) for n in range(40 * 60)]

    assert within_caps(contributors).sum() == 40 * 50


def test_a_contributor_is_capped_at_a_twentieth() -> None:
    contributors = ["eager"] * 50 + [f"c{n % 39}" for n in range(39 * 10)]

    mask = within_caps(contributors)

    assert mask[:50].sum() == 22  # of 440
    assert mask[50:].all()


def test_ten_drawings_of_each_contributor_are_never_capped() -> None:
    contributors = ["eager"] * 50 + [f"c{n}" for n in range(19)]

    assert within_caps(contributors)[:50].sum() == 10


def test_a_cap_keeps_the_earliest_drawings() -> None:
    mask = within_caps(["a"] * 12)

    assert np.flatnonzero(mask).tolist() == list(range(10))


def test_caps_apply_from_twenty_contributors_on(database: Database) -> None:
    with database.write() as session:
        run, _ = _run(session)
        _draw(session, 100)
        few = gather(session, run.id, run.seed)
        for n in range(19):
            _draw(session, 1, contributor=f"c{n}")

        many = gather(session, run.id, run.seed)

    assert int((few.new.contributors == "alice").sum()) == 80
    assert int((many.new.contributors == "alice").sum()) == 10


def test_the_lineage_can_be_recorded(database: Database) -> None:
    with database.write() as session:
        run, fence = _run(session)
        _draw(session, 5)
        gathered = _recorded(session, run, fence)
        runs.finish_run(session, run.id, fence=fence, status=RunStatus.HELD, now=NOW)

        kept = run_queries.lineage(session, run.id)

    assert [row.drawing_number for row in kept] == gathered.new.numbers.tolist()
    assert [row.label for row in kept] == [7, 7, 7, 7]
