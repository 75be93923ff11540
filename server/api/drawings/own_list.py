"""Queries for a contributor's list of their own drawings."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from core.base.kinds import DrawingStatus, Split
from core.storage.tables import Drawing, ModelVersion, Promotion, RunDrawing


def own_drawings(
    session: Session, contributor_id: str, *, before: int | None, limit: int
) -> Sequence[Drawing]:
    """Return up to `limit` of a contributor's drawings, newest first, numbers below `before`."""
    found = select(Drawing).where(
        Drawing.contributor_id == contributor_id, Drawing.status != DrawingStatus.DELETED
    )
    if before is not None:
        found = found.where(Drawing.number < before)
    return session.scalars(found.order_by(Drawing.number.desc()).limit(limit)).all()


def fate_counts(session: Session, contributor_id: str) -> dict[str, int]:
    """Count a contributor's drawings by fate, with the index on contributors."""
    trained_live = exists().where(
        RunDrawing.drawing_number == Drawing.number,
        ModelVersion.run_id == RunDrawing.run_id,
        ModelVersion.version == Promotion.version,
    )
    rows = session.execute(
        select(Drawing.status, Drawing.split, trained_live, func.count())
        .where(Drawing.contributor_id == contributor_id, Drawing.status != DrawingStatus.DELETED)
        .group_by(Drawing.status, Drawing.split, trained_live)
    )
    counts = {"total": 0, "learned": 0, "waiting": 0, "exam": 0, "checking": 0}
    for status, split, is_learned, n in rows:
        counts["total"] += n
        if status == DrawingStatus.QUARANTINED:
            counts["checking"] += n
        elif status == DrawingStatus.ACCEPTED and split != Split.TRAIN:
            counts["exam"] += n
        elif status == DrawingStatus.ACCEPTED:
            counts["learned" if is_learned else "waiting"] += n
    return counts
