"""Claims of drawings in the review queue: each drawing is shown to one reviewer at a time.

A claim is made in the transaction that picks the drawing, and SQLite admits one writer at a time:
two reviewers never get the same drawing. Claims expire, so that drawings of a reviewer who left
return to the queue.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from core.storage.tables import OPEN_TO_REVIEW, Drawing, ReviewClaim

CLAIM_LASTS = timedelta(minutes=5)
"""A request for more drawings renews the reviewer's claims."""
CHUNK = 500  # numbers in one query; SQLite takes 32,766 parameters


def take(
    session: Session, candidates: Sequence[int], *, holder: str, limit: int, now: datetime
) -> list[int]:
    """Claim up to `limit` candidates: those that the holder has already, then the first free ones.

    Skips drawings that were reviewed, deleted or claimed by another reviewer.

    Returns: their numbers in the order of `candidates`; other claims of the holder come last.
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
        claim(session, number, holder, now=now)
    place = {number: place for place, number in enumerate(candidates)}
    return sorted(taken, key=lambda number: place.get(number, len(place)))


def release(session: Session, holder: str) -> None:
    """Release all claims of the holder."""
    session.execute(delete(ReviewClaim).where(ReviewClaim.holder == holder))


def still_open(session: Session, numbers: Sequence[int]) -> set[int]:
    """Those of the drawings that are neither reviewed nor deleted."""
    found = select(Drawing.number).where(Drawing.number.in_(numbers), text(OPEN_TO_REVIEW))
    return set(session.scalars(found))


def claim(session: Session, number: int, holder: str, *, now: datetime) -> None:
    """Claim a drawing, or renew the claim."""
    values = {"holder": holder, "expires_at": now + CLAIM_LASTS}
    statement = insert(ReviewClaim).values(drawing_number=number, **values)
    session.execute(statement.on_conflict_do_update(["drawing_number"], set_=values))
