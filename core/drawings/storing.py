"""Storing new drawings."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from core.base.errors import Conflict, Forbidden, Gone, InkloopError
from core.base.kinds import DrawingStatus, Source
from core.drawings.holdout import new_contributor, split_of_next
from core.drawings.totals import totals_of
from core.storage.counters import count
from core.storage.tables import Contributor, Drawing, LabelEvent, ModelVersion

BY_CONTRIBUTOR = "contributor"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDrawing:
    """A drawing to be stored; see `core.storage.tables.Drawing` for the fields."""

    id: str
    contributor_id: str
    label: int
    source: Source
    ink: bytes
    imaging_version: int
    strokes: bytes | None = None
    picture: bytes | None = None
    predicted_label: int | None = None
    predicted_version: int | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored drawing, and whether this call added it."""

    drawing: Drawing
    is_new: bool


def store_drawing(
    session: Session, new: NewDrawing, *, secret: bytes, now: datetime
) -> tuple[Drawing, bool]:
    """Store a drawing, and return it with whether it is new. Idempotent by id.

    Raises: Conflict, if the id is another contributor's; Gone, if the drawing was deleted;
    Forbidden, if the contributor is blocked.
    """
    (outcome,) = store_drawings(session, [new], secret=secret, now=now)
    if isinstance(outcome, InkloopError):
        raise outcome
    return outcome.drawing, outcome.is_new


def store_drawings(
    session: Session, many: Sequence[NewDrawing], *, secret: bytes, now: datetime
) -> list[Stored | InkloopError]:
    """Store drawings in this order, each as `store_drawing` does. Errors are returned as outcomes.

    Any number of drawings takes a dozen statements: in a batch of sixteen, each drawing takes a
    fifth of the time of a single one.
    A prediction of an unknown version is dropped, since clients can claim any.
    """
    ids = {new.id for new in many}
    known = {row.id: row for row in session.scalars(select(Drawing).where(Drawing.id.in_(ids)))}
    contributors = _contributors(session, many)
    versions = _known_versions(session, many)
    number = session.scalars(select(func.max(Drawing.number))).one() or 0
    outcomes: list[Stored | InkloopError] = []
    added: list[Drawing] = []
    for new in many:
        try:
            if new.id in known:
                stored = _already_stored(known[new.id], new.contributor_id)
                outcomes.append(Stored(stored, is_new=False))
                continue
            contributor = contributors.get(new.contributor_id) or new_contributor(
                session, new.contributor_id, secret=secret, now=now
            )
            contributors[contributor.id] = contributor
            # This transaction is the only writer, so the numbers above the highest are free.
            number += 1
            drawing = _drawing(new, contributor, number, versions, secret=secret, now=now)
        except InkloopError as exc:
            outcomes.append(exc)
            continue
        known[new.id] = drawing
        added.append(drawing)
        outcomes.append(Stored(drawing, is_new=True))
    _add(session, added, now=now)
    return outcomes


def _contributors(session: Session, many: Sequence[NewDrawing]) -> dict[str, Contributor]:
    ids = {new.contributor_id for new in many}
    return {
        row.id: row for row in session.scalars(select(Contributor).where(Contributor.id.in_(ids)))
    }


def _known_versions(session: Session, many: Sequence[NewDrawing]) -> set[int]:
    claimed = {new.predicted_version for new in many if new.predicted_version is not None}
    if not claimed:
        return set()
    return set(
        session.scalars(select(ModelVersion.version).where(ModelVersion.version.in_(claimed)))
    )


def _drawing(
    new: NewDrawing,
    contributor: Contributor,
    number: int,
    versions: Collection[int],
    *,
    secret: bytes,
    now: datetime,
) -> Drawing:
    if contributor.blocked_at is not None:
        raise blocked()
    is_known = new.predicted_version in versions
    drawing = Drawing(
        number=number,
        id=new.id,
        contributor_id=contributor.id,
        label=new.label,
        status=DrawingStatus.ACCEPTED,
        split=split_of_next(contributor, secret),
        source=new.source,
        ink=new.ink,
        imaging_version=new.imaging_version,
        strokes=new.strokes,
        picture=new.picture,
        predicted_label=new.predicted_label if is_known else None,
        predicted_version=new.predicted_version if is_known else None,
        confidence=new.confidence if is_known else None,
        created_at=now,
    )
    contributor.n_drawings += 1
    return drawing


def blocked() -> Forbidden:
    """The error when a blocked contributor stores or changes a drawing."""
    return Forbidden("drawings from this browser are no longer accepted: ask an administrator")


def _add(session: Session, added: Sequence[Drawing], *, now: datetime) -> None:
    """Insert drawings and the first entries of their label histories, and count them."""
    if not added:
        return
    session.add_all(added)
    session.flush()
    session.execute(
        insert(LabelEvent),
        [
            {"drawing_number": row.number, "label": row.label, "by": BY_CONTRIBUTOR, "at": now}
            for row in added
        ],
    )
    totals = Tally[str]()
    for row in added:
        totals.update(totals_of(row.status, row.label))
    count(session, totals)


def _already_stored(stored: Drawing, contributor_id: str) -> Drawing:
    if stored.contributor_id != contributor_id:
        raise Conflict("this id belongs to another drawing: make a new one and send it again")
    if stored.status == DrawingStatus.DELETED:
        raise Gone("this drawing was deleted: draw it again to keep it")
    return stored
