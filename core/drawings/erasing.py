"""Erasing drawings for good: their ink, strokes and pictures go, and a stub stays.

The stub answers "gone" to whoever sends the drawing again, keeps known which versions learned from
it, and keeps its number, so that no other drawing is ever taken for it.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, literal, select, update
from sqlalchemy.orm import Session

from core.base.kinds import DrawingStatus, MapSource
from core.storage.counters import count
from core.storage.database import UtcDateTime
from core.storage.tables import Drawing, Embedding


def erase_numbers(session: Session, numbers: Collection[int], *, now: datetime) -> int:
    """Erase these drawings at once; what is erased already stays so. Returns how many it erased."""
    rows = session.execute(
        select(Drawing.number, Drawing.label, Drawing.status).where(
            Drawing.number.in_(numbers), Drawing.ink != b""
        )
    ).all()
    totals = Tally[str]()
    for _, label, status in rows:
        if status != DrawingStatus.DELETED:
            totals[f"status:{status}"] -= 1
            totals[f"status:{DrawingStatus.DELETED}"] += 1
            totals[f"label:{label}"] -= 1
            totals["drawings"] -= 1
    wipe(session, Drawing.number.in_([number for number, _, _ in rows]), now=now)
    count(session, totals)
    return len(rows)


def wipe(session: Session, which: ColumnElement[bool], *, now: datetime) -> None:
    """Leave nothing of these drawings that says what they looked like or were read as.

    They leave the map of every version, too. The counters are the caller's.
    """
    left_out = Embedding.number.in_(select(Drawing.number).where(which))
    session.execute(delete(Embedding).where(left_out, Embedding.source == MapSource.DRAWING))
    session.execute(
        update(Drawing)
        .where(which)
        .values(
            status=DrawingStatus.DELETED,
            status_before=None,
            deleted_at=func.coalesce(Drawing.deleted_at, literal(now, UtcDateTime)),
            ink=b"",
            strokes=None,
            picture=None,
            predicted_label=None,
            confidence=None,
        )
        .execution_options(synchronize_session=False)
    )
