"""Recompute the ink of stored drawings from their strokes and pictures, by the current imaging.

Labels, splits and statuses stay. Each batch is one transaction, and drawings of the current imaging
version are skipped, so that an interrupted run continues where it was.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from core.imaging import IMAGING_VERSION, decode_strokes, ink_from_strokes
from core.imaging.files import read_grey
from core.imaging.ink import Stopwatch
from core.imaging.pictures import ink_from_grey
from core.storage.database import Database
from core.storage.tables import Drawing
from core.transfer.progress import OnProgress, ignore_progress

BATCH: Final = 200  # drawings; about 0.1 s of imaging, before the write lock is taken
PAUSE_SECONDS: Final = 0.01  # between batches, so that other writers get the lock


@dataclass(slots=True)
class ReInked:
    """What re-inking did."""

    n_done: int = 0
    n_changed: int = 0
    n_kept: int = 0
    """Drawings in which the current imaging finds no ink: they keep their old ink."""


def re_ink(
    database: Database,
    on_progress: OnProgress = ignore_progress,
    *,
    version: int = IMAGING_VERSION,
) -> ReInked:
    """Recompute the ink of all drawings of another version that have strokes or a picture."""
    outcome = ReInked()
    with database.read() as session:
        count = select(func.count()).select_from(Drawing).where(_due(version))
        n_total = session.scalars(count).one()
    last = 0
    while True:
        with database.read() as session:
            due = select(Drawing).where(_due(version), Drawing.number > last)
            drawings = session.scalars(due.order_by(Drawing.number).limit(BATCH)).all()
        if not drawings:
            return outcome
        last = drawings[-1].number
        made = [_ink(drawing) for drawing in drawings]
        with database.write() as session:
            _write(session, drawings, made, version, outcome)
        on_progress(outcome.n_done, n_total)
        time.sleep(PAUSE_SECONDS)


def _due(version: int) -> ColumnElement[bool]:
    has_source = or_(Drawing.strokes.is_not(None), Drawing.picture.is_not(None))
    return and_(Drawing.imaging_version != version, Drawing.ink != b"", has_source)


def _ink(drawing: Drawing) -> bytes | None:
    """Its ink by the current imaging; None if that finds none."""
    if drawing.strokes is not None:
        inking = ink_from_strokes(*decode_strokes(drawing.strokes))
    else:
        inking = ink_from_grey(read_grey(drawing.picture or b""), Stopwatch())
    return inking.ink_HW.tobytes() if inking.ink_HW.any() else None


def _write(
    session: Session,
    drawings: Sequence[Drawing],
    made: Sequence[bytes | None],
    version: int,
    outcome: ReInked,
) -> None:
    for drawing, ink in zip(drawings, made, strict=True):
        values = {"imaging_version": version} | ({} if ink is None else {"ink": ink})
        # A drawing erased since it was read stays erased.
        session.execute(
            update(Drawing)
            .where(Drawing.number == drawing.number, Drawing.ink != b"")
            .values(values)
            .execution_options(synchronize_session=False)
        )
        outcome.n_done += 1
        outcome.n_kept += ink is None
        outcome.n_changed += ink is not None and ink != drawing.ink
