"""What may happen to a contributor: being blocked, let in again, and having everything erased."""

from __future__ import annotations

from collections import Counter as Tally
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session

from core.base.errors import Conflict, NotFound
from core.base.kinds import DrawingStatus
from core.drawings.erasing import wipe
from core.storage.audit import audit
from core.storage.counters import count
from core.storage.tables import Contributor, Drawing, ModelVersion, RunDrawing


@dataclass(frozen=True, slots=True)
class Erasure:
    """What erasing a contributor's drawings affects."""

    n_drawings: int
    versions: list[int]
    """Those that learned from them; they stay as they are until another one is trained."""


def contributor(session: Session, number: int) -> Contributor:
    """The contributor of that number. Raises: NotFound."""
    found = session.scalars(select(Contributor).where(Contributor.number == number)).one_or_none()
    if found is None:
        raise NotFound("contributor", number)
    return found


def block(session: Session, number: int, *, reason: str, by: str, now: datetime) -> Contributor:
    """Take no more drawings from somebody; those there are neither train nor examine.

    Raises: NotFound; Conflict, if they are blocked already.
    """
    found = contributor(session, number)
    if found.blocked_at is not None:
        raise Conflict(f"contributor {number} is blocked already")
    found.blocked_at = now
    audit(session, by=by, action="block", subject=_subject(number), now=now, reason=reason)
    return found


def unblock(session: Session, number: int, *, reason: str, by: str, now: datetime) -> Contributor:
    """Let somebody in again, with all they drew.

    Raises: NotFound; Conflict, if they are not blocked.
    """
    found = contributor(session, number)
    if found.blocked_at is None:
        raise Conflict(f"contributor {number} is not blocked")
    found.blocked_at = None
    audit(session, by=by, action="unblock", subject=_subject(number), now=now, reason=reason)
    return found


def erasure(session: Session, number: int) -> Erasure:
    """What `erase` would affect now. Raises: NotFound."""
    found = contributor(session, number)
    theirs = Drawing.contributor_id == found.id
    kept = select(func.count()).where(theirs, Drawing.status != DrawingStatus.DELETED)
    learned = (
        select(RunDrawing.run_id)
        .join(Drawing, Drawing.number == RunDrawing.drawing_number)
        .where(theirs, RunDrawing.run_id == ModelVersion.run_id)
    )
    versions = select(ModelVersion.version).where(exists(learned.correlate(ModelVersion)))
    return Erasure(
        n_drawings=session.scalars(kept).one(),
        versions=list(session.scalars(versions.order_by(ModelVersion.version))),
    )


def erase(session: Session, number: int, *, by: str, now: datetime) -> Erasure:
    """Wipe everything a contributor drew: ink, strokes and pictures go at once, for good.

    The rows stay as stubs, so that a drawing sent again is answered "gone", and so that it stays
    known which versions learned from it. All or nothing, being one transaction of the caller's.

    Raises: NotFound; Conflict, if there is nothing to erase.
    """
    affected = erasure(session, number)
    if not affected.n_drawings:
        raise Conflict(f"contributor {number} has no drawings")
    contributor_id = contributor(session, number).id
    _discount(session, contributor_id)
    theirs = and_(Drawing.contributor_id == contributor_id, Drawing.ink != b"")
    wipe(session, theirs, now=now)
    facts = {"n_drawings": affected.n_drawings, "versions": affected.versions}
    audit(session, by=by, action="erase", subject=_subject(number), now=now, **facts)
    return affected


def _discount(session: Session, contributor_id: str) -> None:
    """Take what is erased out of the kept totals."""
    changes: Tally[str] = Tally()
    rows = session.execute(
        select(Drawing.status, Drawing.label, func.count())
        .where(Drawing.contributor_id == contributor_id, Drawing.status != DrawingStatus.DELETED)
        .group_by(Drawing.status, Drawing.label)
    )
    for status, label, n in rows:
        changes[f"status:{status}"] -= n
        changes[f"status:{DrawingStatus.DELETED}"] += n
        changes[f"label:{label}"] -= n
        changes["drawings"] -= n
    count(session, changes)


def _subject(number: int) -> str:
    return f"contributor:{number}"
