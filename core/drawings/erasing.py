"""Erasing drawings for good: ink, strokes and pictures go, a stub stays.

The stub keeps the number from being used again, keeps on record which versions learned from the
drawing, and lets the server answer "gone" when a client sends the drawing again.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, literal, select, update
from sqlalchemy.orm import Session

from core.base.kinds import DrawingStatus, MapSource
from core.drawings.totals import deletion_of, totals_of
from core.storage.counters import count
from core.storage.database import UtcDateTime
from core.storage.tables import Drawing, Embedding

RESTORE_WITHIN = timedelta(seconds=60)
"""How long a deleted drawing can be restored; then it is erased."""


def erase_numbers(session: Session, numbers: Collection[int], *, now: datetime) -> int:
    """Erase these drawings, apart from those that are erased already. Returns how many."""
    rows = session.execute(
        select(Drawing.number, Drawing.label, Drawing.status).where(
            Drawing.number.in_(numbers), Drawing.ink != b""
        )
    ).all()
    totals = Tally[str]()
    for _, label, status in rows:
        if status != DrawingStatus.DELETED:
            totals.update(totals_of(status, label))
    wipe(session, Drawing.number.in_([number for number, _, _ in rows]), now=now)
    count(session, deletion_of(totals))
    return len(rows)


def erase_deleted(session: Session, *, now: datetime, limit: int = 500) -> int:
    """Erase up to `limit` drawings that were deleted over a minute ago. Returns how many."""
    due = (
        select(Drawing.number)
        .where(
            Drawing.status == DrawingStatus.DELETED,
            Drawing.deleted_at < now - RESTORE_WITHIN,
            Drawing.ink != b"",
        )
        .limit(limit)
    )
    numbers = session.scalars(due).all()
    wipe(session, Drawing.number.in_(numbers), now=now)
    return len(numbers)


def wipe(session: Session, condition: ColumnElement[bool], *, now: datetime) -> None:
    """Turn the drawings into stubs: delete ink, strokes, pictures and predictions.

    Also takes them off the map of every version. The caller updates the totals.
    """
    on_maps = Embedding.number.in_(select(Drawing.number).where(condition))
    session.execute(delete(Embedding).where(on_maps, Embedding.source == MapSource.DRAWING))
    session.execute(
        update(Drawing)
        .where(condition)
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
