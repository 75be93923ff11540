"""State changes of one drawing: its label, its status, deleting and restoring it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.base.errors import Conflict, Gone, NotFound
from core.base.kinds import DrawingStatus
from core.drawings.erasing import RESTORE_WITHIN
from core.drawings.holdout import MANY_CONTRIBUTORS, n_contributors
from core.drawings.storing import BY_CONTRIBUTOR, blocked
from core.drawings.totals import totals_of
from core.storage.counters import count
from core.storage.tables import Contributor, Drawing, LabelEvent


def own_drawing(session: Session, drawing_id: str, contributor_id: str | None) -> Drawing:
    """Return a contributor's own drawing; any drawing, if `contributor_id` is None (a reviewer).

    Raises: NotFound, also for another contributor's drawing; Gone, if it was deleted.
    """
    found = session.scalars(select(Drawing).where(Drawing.id == drawing_id)).one_or_none()
    if found is None or contributor_id not in (None, found.contributor_id):
        raise NotFound("drawing", drawing_id)
    if found.status == DrawingStatus.DELETED:
        raise Gone("this drawing was deleted")
    return found


def relabel(session: Session, drawing: Drawing, label: int, *, by: str, now: datetime) -> None:
    """Change the label of a drawing; old labels stay in its history.

    A quarantined drawing whose label changes is accepted: the doubt was about the old label, and
    the next run checks the new one.

    Raises: Conflict, if a contributor would overrule a reviewer; Forbidden, if the contributor is
    blocked.
    """
    is_contributor = by == BY_CONTRIBUTOR
    if is_contributor:
        _refuse_blocked(session, drawing.contributor_id)
    if is_contributor and drawing.reviewed_at is not None:
        raise Conflict("a reviewer has settled the label of this drawing")
    if not is_contributor:
        drawing.reviewed_at = now
    if label == drawing.label:
        if not is_contributor and drawing.status == DrawingStatus.QUARANTINED:
            _set_status(session, drawing, DrawingStatus.ACCEPTED)  # a reviewer confirmed the label
        return
    _count(session, drawing, -1)
    drawing.label = label
    if drawing.status == DrawingStatus.QUARANTINED:
        drawing.status = DrawingStatus.ACCEPTED
    _count(session, drawing, +1)
    _add_label(session, drawing, by=by, now=now)


def settle(
    session: Session,
    drawing: Drawing,
    label: int,
    status: DrawingStatus,
    *,
    by: str,
    now: datetime,
    reviewed_at: datetime | None,
) -> None:
    """Set label and status together, as a reviewer decided.

    `reviewed_at` is None when a review is undone: the drawing is open to review again.
    """
    is_relabelled = label != drawing.label
    _count(session, drawing, -1)
    drawing.label = label
    drawing.status = status
    drawing.reviewed_at = reviewed_at
    _count(session, drawing, +1)
    if is_relabelled:
        _add_label(session, drawing, by=by, now=now)


def confirm(session: Session, drawing: Drawing, *, now: datetime) -> None:
    """Record that the contributor confirmed the label, by "Really a 7?".

    That releases the drawing from quarantine as long as there are few contributors.
    """
    drawing.confirmed_at = now
    is_small = n_contributors(session) < MANY_CONTRIBUTORS
    if drawing.status == DrawingStatus.QUARANTINED and is_small:
        _set_status(session, drawing, DrawingStatus.ACCEPTED)


def quarantine(session: Session, numbers: Sequence[int]) -> int:
    """Quarantine the accepted drawings among these, except confirmed and reviewed ones.

    Returns how many.
    """
    n_moved = 0
    for number in numbers:
        drawing = session.get_one(Drawing, number)
        settled = drawing.confirmed_at is not None or drawing.reviewed_at is not None
        if drawing.status == DrawingStatus.ACCEPTED and not settled:
            _set_status(session, drawing, DrawingStatus.QUARANTINED)
            n_moved += 1
    return n_moved


def delete_drawing(session: Session, drawing: Drawing, *, now: datetime) -> None:
    """Delete a drawing: it leaves lists, runs and exports. It can be restored for a minute."""
    drawing.status_before = drawing.status
    drawing.deleted_at = now
    _set_status(session, drawing, DrawingStatus.DELETED)


def restore_drawing(
    session: Session, drawing_id: str, contributor_id: str | None, *, now: datetime
) -> Drawing:
    """Restore a drawing that was deleted less than a minute ago.

    Raises: NotFound; Gone, if the minute is over; Conflict, if it is not deleted.
    """
    found = session.scalars(select(Drawing).where(Drawing.id == drawing_id)).one_or_none()
    if found is None or contributor_id not in (None, found.contributor_id):
        raise NotFound("drawing", drawing_id)
    if found.status != DrawingStatus.DELETED or found.deleted_at is None:
        raise Conflict("this drawing is not deleted")
    if now - found.deleted_at > RESTORE_WITHIN or not found.ink:
        raise Gone("this drawing was deleted more than a minute ago: its ink is gone")
    found.deleted_at = None
    _set_status(session, found, DrawingStatus(found.status_before or DrawingStatus.ACCEPTED))
    found.status_before = None
    return found


def _refuse_blocked(session: Session, contributor_id: str) -> None:
    if session.get_one(Contributor, contributor_id).blocked_at is not None:
        raise blocked()


def _set_status(session: Session, drawing: Drawing, status: DrawingStatus) -> None:
    _count(session, drawing, -1)
    drawing.status = status
    _count(session, drawing, +1)


def _count(session: Session, drawing: Drawing, n: int) -> None:
    count(session, totals_of(drawing.status, drawing.label, n))


def _add_label(session: Session, drawing: Drawing, *, by: str, now: datetime) -> None:
    session.add(LabelEvent(drawing_number=drawing.number, label=drawing.label, by=by, at=now))
