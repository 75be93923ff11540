"""Decisions of reviewers about drawings, and undoing them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.base.errors import Conflict, InvalidInput
from core.base.kinds import Decision, DrawingStatus
from core.drawings.lifecycle import own_drawing, settle
from core.review import claims
from core.storage.audit import audit
from core.storage.tables import Drawing, Review, ReviewClaim


def decide(
    session: Session,
    drawing_id: str,
    decision: Decision,
    label: int | None,
    *,
    holder: str,
    by: str,
    now: datetime,
) -> Drawing:
    """Accept a drawing as it is, give it another label, or reject it; it leaves the queue.

    Raises: NotFound; Gone; InvalidInput, if the label does not fit the decision; Conflict, if it
    was reviewed, or another reviewer has claimed it.
    """
    drawing = own_drawing(session, drawing_id, None)
    if drawing.reviewed_at is not None:
        raise Conflict("this drawing has been reviewed already: continue with the next one")
    claim = session.get(ReviewClaim, drawing.number)
    if claim is not None and claim.holder != holder and claim.expires_at > now:
        raise Conflict("another reviewer is looking at this drawing: continue with the next one")
    if decision == Decision.RELABEL and label is None:
        raise InvalidInput("relabel needs the new label, 0 to 9")
    if decision == Decision.ACCEPT and label not in (None, drawing.label):
        raise InvalidInput(f"accept keeps the label {drawing.label}: relabel gives another one")
    review = Review(
        drawing_number=drawing.number,
        by=by,
        decision=decision,
        label_before=drawing.label,
        label=label if decision == Decision.RELABEL else drawing.label,
        status_before=drawing.status,
        at=now,
    )
    session.add(review)
    if claim is not None:
        session.delete(claim)
    settle(session, drawing, review.label, _status_of(decision), by=by, now=now, reviewed_at=now)
    facts = {"decision": decision, "label_before": review.label_before, "label": review.label}
    audit(session, by=by, action="review", subject=f"drawing:{drawing.id}", now=now, **facts)
    return drawing


def undo(session: Session, drawing_id: str, *, holder: str, by: str, now: datetime) -> Drawing:
    """Undo one's own decision: restore label and status, and claim the drawing again.

    Raises: NotFound; Gone; Conflict, if one has made no decision about it, or the drawing was
    changed since.
    """
    drawing = own_drawing(session, drawing_id, None)
    newest = select(Review).where(Review.drawing_number == drawing.number)
    review = session.scalars(newest.order_by(Review.id.desc()).limit(1)).one_or_none()
    if review is None or review.undone_at is not None or review.by != by:
        raise Conflict("there is no decision of yours about this drawing to undo")
    expected = (review.label, _status_of(Decision(review.decision)))
    if (drawing.label, drawing.status) != expected:
        raise Conflict("this drawing was changed since: look it up among the drawings")
    before = DrawingStatus(review.status_before)
    settle(session, drawing, review.label_before, before, by=by, now=now, reviewed_at=None)
    review.undone_at = now
    claims.claim(session, drawing.number, holder, now=now)
    audit(session, by=by, action="undo_review", subject=f"drawing:{drawing.id}", now=now)
    return drawing


def _status_of(decision: Decision) -> DrawingStatus:
    return DrawingStatus.REJECTED if decision == Decision.REJECT else DrawingStatus.ACCEPTED


def n_done(session: Session, by: str, since: datetime) -> int:
    """The number of decisions that a reviewer made since then and did not undo."""
    stand = (Review.by == by, Review.at >= since, Review.undone_at.is_(None))
    return session.scalars(select(func.count()).select_from(Review).where(*stand)).one()
