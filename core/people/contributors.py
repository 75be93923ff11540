"""State changes of a contributor: blocking, unblocking, and erasing all their drawings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from core.base.errors import Conflict, NotFound
from core.base.kinds import DrawingStatus
from core.drawings.erasing import wipe
from core.drawings.totals import deletion_of, totals_of_matching
from core.storage.audit import audit
from core.storage.counters import count
from core.storage.tables import Contributor, Drawing
from core.versions import queries as version_queries


@dataclass(frozen=True, slots=True)
class Erasure:
    """The effects of erasing a contributor's drawings."""

    n_drawings: int
    versions: list[int]
    """Versions that learned from the drawings; they stay live until a new one is trained."""


def contributor(session: Session, number: int) -> Contributor:
    """The contributor of that number. Raises: NotFound."""
    found = session.scalars(select(Contributor).where(Contributor.number == number)).one_or_none()
    if found is None:
        raise NotFound("contributor", number)
    return found


def block(session: Session, number: int, *, reason: str, by: str, now: datetime) -> Contributor:
    """Refuse new drawings of a contributor; stored ones are not used in training or evaluation.

    Raises: NotFound; Conflict, if already blocked.
    """
    found = contributor(session, number)
    if found.blocked_at is not None:
        raise Conflict(f"contributor {number} is blocked already")
    found.blocked_at = now
    audit(session, by=by, action="block", subject=_subject(number), now=now, reason=reason)
    return found


def unblock(session: Session, number: int, *, reason: str, by: str, now: datetime) -> Contributor:
    """Accept drawings of a blocked contributor again, and use the stored ones.

    Raises: NotFound; Conflict, if not blocked.
    """
    found = contributor(session, number)
    if found.blocked_at is None:
        raise Conflict(f"contributor {number} is not blocked")
    found.blocked_at = None
    audit(session, by=by, action="unblock", subject=_subject(number), now=now, reason=reason)
    return found


def erasure(session: Session, number: int) -> Erasure:
    """Return the effects that `erase` would have now. Raises: NotFound."""
    found = contributor(session, number)
    theirs = Drawing.contributor_id == found.id
    kept = select(func.count()).where(theirs, Drawing.status != DrawingStatus.DELETED)
    return Erasure(
        n_drawings=session.scalars(kept).one(),
        versions=version_queries.versions_that_learned_from(session, found.id),
    )


def erase(session: Session, number: int, *, by: str, now: datetime) -> Erasure:
    """Erase all drawings of a contributor at once: ink, strokes and pictures; stubs stay.

    Raises: NotFound; Conflict, if there is nothing to erase.
    """
    affected = erasure(session, number)
    if not affected.n_drawings:
        raise Conflict(f"contributor {number} has no drawings")
    contributor_id = contributor(session, number).id
    theirs = Drawing.contributor_id == contributor_id
    undeleted = and_(theirs, Drawing.status != DrawingStatus.DELETED)
    count(session, deletion_of(totals_of_matching(session, undeleted)))
    wipe(session, and_(theirs, Drawing.ink != b""), now=now)
    facts = {"n_drawings": affected.n_drawings, "versions": affected.versions}
    audit(session, by=by, action="erase", subject=_subject(number), now=now, **facts)
    return affected


def _subject(number: int) -> str:
    return f"contributor:{number}"
