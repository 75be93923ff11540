"""Drawings as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from core.base.kinds import DrawingStatus, Split
from core.storage.tables import Drawing
from core.versions import queries as version_queries
from server.api.shared.json_values import Json, iso, to_base64


def drawings_by_number(session: Session, numbers: Sequence[int]) -> list[Drawing]:
    """Load drawings in this order, without the large columns that lists do not show."""
    large = (defer(Drawing.strokes), defer(Drawing.picture), defer(Drawing.facet))
    rows = select(Drawing).where(Drawing.number.in_(numbers)).options(*large)
    by_number = {row.number: row for row in session.scalars(rows)}
    return [by_number[number] for number in numbers]


def drawings_json(
    session: Session, drawings: Sequence[Drawing], *, for_reviewer: bool = False
) -> list[Json]:
    """Return drawings with their fates, in the given order.

    The live version comes from the database: a worker may follow a promotion up to 3 s later.
    """
    live = version_queries.live_version(session)
    learned = version_queries.versions_that_learned(
        session, [drawing.number for drawing in drawings]
    )
    return [
        drawing_json(drawing, learned.get(drawing.number, []), live, for_reviewer=for_reviewer)
        for drawing in drawings
    ]


def drawing_json(
    drawing: Drawing,
    learned: Sequence[tuple[int, bool]],
    live: int | None,
    *,
    for_reviewer: bool = False,
) -> Json:
    """Return one drawing; `learned` lists the versions that trained on it, with "was ever live"."""
    promoted = [version for version, was_live in learned if was_live]
    shown = {
        "id": drawing.id,
        "label": drawing.label,
        "status": drawing.status,
        "split": drawing.split,
        "source": drawing.source,
        "prediction": None
        if drawing.predicted_version is None
        else {"label": drawing.predicted_label, "model_version": drawing.predicted_version},
        "ink": to_base64(drawing.ink),
        "created_at": iso(drawing.created_at),
        "versions": [version for version, _ in learned],
        "fate": _fate(drawing, is_learned=bool(promoted)),
        "learned_version": live if live in promoted else max(promoted, default=None),
    }
    if for_reviewer:
        shown["contributor"] = drawing.contributor_id
        shown["confidence"] = drawing.confidence
    return shown


def _fate(drawing: Drawing, *, is_learned: bool) -> str:
    if drawing.status == DrawingStatus.QUARANTINED:
        return "checking"
    if drawing.status != DrawingStatus.ACCEPTED:
        return drawing.status
    if drawing.split != Split.TRAIN:
        return "exam"
    return "learned" if is_learned else "waiting"
