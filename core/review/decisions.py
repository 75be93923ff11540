"""What reviewers do: take drawings from the queue, decide about them, take a decision back.

A claim is taken in the transaction that picks the drawing, and SQLite lets one writer in at a
time: two reviewers never get the same drawing. It ends by itself, so that what a closed laptop
held comes back to the queue.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from core.base.errors import Conflict, InvalidInput
from core.base.kinds import Decision, DrawingStatus
from core.drawings.lifecycle import own_drawing, settle
from core.storage.audit import audit
from core.storage.tables import OPEN_TO_REVIEW, Drawing, Review, ReviewClaim

HOLD = timedelta(minutes=5)
"""How long a drawing waits for the decision of whoever has it; asking for more renews it."""
CHUNK = 500  # numbers in one query; SQLite takes 32,766 parameters


def take(
    session: Session, candidates: Sequence[int], *, holder: str, limit: int, now: datetime
) -> list[int]:
    """Claim up to `limit` candidates: those the holder has already, then the first free ones.

    Drawings that were reviewed, deleted or claimed by somebody else are passed over.

    Returns: their numbers in the order of `candidates`; what the holder has beside them goes last.
    """
    session.execute(delete(ReviewClaim).where(ReviewClaim.expires_at <= now))
    claims = {claim.drawing_number: claim.holder for claim in session.scalars(select(ReviewClaim))}
    held = {number for number, whose in claims.items() if whose == holder}
    held &= still_open(session, sorted(held))
    taken = [number for number in candidates if number in held]
    taken = (taken + sorted(held.difference(taken)))[:limit]
    free = [number for number in candidates if number not in claims]
    for start in range(0, len(free), CHUNK):
        if len(taken) >= limit:
            break
        chunk = free[start : start + CHUNK]
        is_open = still_open(session, chunk)
        taken += [number for number in chunk if number in is_open][: limit - len(taken)]
    for number in taken:
        _claim(session, number, holder, now)
    place = {number: place for place, number in enumerate(candidates)}
    return sorted(taken, key=lambda number: place.get(number, len(place)))


def release(session: Session, holder: str) -> None:
    """Give back what the holder has not decided about: the next who asks may get it at once."""
    session.execute(delete(ReviewClaim).where(ReviewClaim.holder == holder))


def still_open(session: Session, numbers: Sequence[int]) -> set[int]:
    """Which of these drawings nobody has reviewed or deleted yet."""
    found = select(Drawing.number).where(Drawing.number.in_(numbers), text(OPEN_TO_REVIEW))
    return set(session.scalars(found))


def _claim(session: Session, number: int, holder: str, now: datetime) -> None:
    values = {"holder": holder, "expires_at": now + HOLD}
    statement = insert(ReviewClaim).values(drawing_number=number, **values)
    session.execute(statement.on_conflict_do_update(["drawing_number"], set_=values))


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

    Raises: NotFound; Gone; InvalidInput, if label and decision do not fit; Conflict, if it was
    reviewed, or another reviewer has it before their eyes.
    """
    drawing = own_drawing(session, drawing_id, None)
    if drawing.reviewed_at is not None:
        raise Conflict("somebody has reviewed this drawing already: go on with the next one")
    claim = session.get(ReviewClaim, drawing.number)
    if claim is not None and claim.holder != holder and claim.expires_at > now:
        raise Conflict("another reviewer is looking at this drawing: go on with the next one")
    if decision == Decision.RELABEL and label is None:
        raise InvalidInput("relabel needs the label that the drawing is to have, 0 to 9")
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
    """Take one's own decision back: label and status are as before, and the holder has it again.

    Raises: NotFound; Gone; Conflict, if there is none of one's own, or the drawing was changed
    since.
    """
    drawing = own_drawing(session, drawing_id, None)
    newest = select(Review).where(Review.drawing_number == drawing.number)
    review = session.scalars(newest.order_by(Review.id.desc()).limit(1)).one_or_none()
    if review is None or review.undone_at is not None or review.by != by:
        raise Conflict("there is no decision of yours about this drawing to take back")
    left = (review.label, _status_of(Decision(review.decision)))
    if (drawing.label, drawing.status) != left:
        raise Conflict("this drawing was changed since: look at it among the drawings")
    before = DrawingStatus(review.status_before)
    settle(session, drawing, review.label_before, before, by=by, now=now, reviewed_at=None)
    review.undone_at = now
    _claim(session, drawing.number, holder, now)
    audit(session, by=by, action="undo_review", subject=f"drawing:{drawing.id}", now=now)
    return drawing


def _status_of(decision: Decision) -> DrawingStatus:
    return DrawingStatus.REJECTED if decision == Decision.REJECT else DrawingStatus.ACCEPTED


def n_done(session: Session, by: str, since: datetime) -> int:
    """How many decisions of somebody stand that were made since then."""
    stand = (Review.by == by, Review.at >= since, Review.undone_at.is_(None))
    return session.scalars(select(func.count()).select_from(Review).where(*stand)).one()
