"""Routes of the review queue: claim drawings, decide, undo."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.base.clock import utc_now
from core.base.kinds import Decision, DrawingStatus
from core.review import claims, decisions
from core.storage import counters
from core.storage.tables import Drawing
from server import identity
from server.api.drawings.schemas import DrawingOut
from server.api.drawings.views import drawings_json
from server.api.review.schemas import ReviewIn, ReviewItem, ReviewOut, ReviewQuery
from server.api.shared.json_values import Json
from server.contract import contract
from server.roles import REVIEWER
from server.services import services
from server.serving.review_queue import UNSURE_BELOW, ReviewReading, n_left

blueprint = Blueprint("review", __name__)


@blueprint.get("/api/v1/review")
@contract(
    "The review queue",
    role=REVIEWER,
    query=ReviewQuery,
    answers={200: ReviewOut},
    refusals=(503, 507),
)
def queue(query: ReviewQuery) -> ResponseReturnValue:
    """Claim drawings that need a reviewer, the most informative first

    Other reviewers do not get them for five minutes. A second call returns the drawings that the
    caller has claimed, and more up to `limit`.
    """
    now = utc_now()
    numbers = _take(query.limit, now)
    parts, who = services(), identity.who()
    with parts.database.read() as session:
        left, is_exact = n_left(session)
        quarantined = counters.totals(session, f"status:{DrawingStatus.QUARANTINED}")
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return {
            "items": _items(session, numbers),
            "next": None,
            "left": {"n": left, "is_exact": is_exact},
            "n_quarantined": quarantined.get("", 0),
            "n_done": decisions.n_done(session, who.by, midnight),
        }


@blueprint.delete("/api/v1/review")
@contract("Leave the review", role=REVIEWER, answers={204: None})
def leave() -> ResponseReturnValue:
    """Release the caller's claimed drawings, so that other reviewers get them"""
    with services().database.write() as session:
        claims.release(session, identity.who().holder)
    return "", 204


def _take(limit: int, now: datetime) -> list[int]:
    """Claim drawings in the current order; if they are too few, update the order and try again."""
    parts, holder = services(), identity.who().holder
    numbers: list[int] = []
    for refresh in (False, True):
        order = parts.review.order(now, refresh=refresh)
        with parts.database.write() as session:
            numbers = claims.take(session, order, holder=holder, limit=limit, now=now)
        if len(numbers) >= limit:
            break
    return numbers


@blueprint.post("/api/v1/review/<drawing_id>")
@contract(
    "Review a drawing",
    role=REVIEWER,
    body=ReviewIn,
    answers={200: DrawingOut},
    refusals=(404, 409, 410),
)
def decide(drawing_id: str, body: ReviewIn) -> ResponseReturnValue:
    """Accept, relabel or reject a drawing; it leaves the queue"""
    who = identity.who()
    with services().database.write() as session:
        drawing = decisions.decide(
            session,
            drawing_id,
            Decision(body.decision),
            body.label,
            holder=who.holder,
            by=who.by,
            now=utc_now(),
        )
        session.flush()
        return drawings_json(session, [drawing], for_reviewer=True)[0]


@blueprint.post("/api/v1/review/<drawing_id>/undo")
@contract("Take a review back", role=REVIEWER, answers={200: ReviewItem}, refusals=(404, 409, 410))
def undo(drawing_id: str) -> ResponseReturnValue:
    """Undo the caller's own last decision about a drawing; it is claimed again"""
    who = identity.who()
    with services().database.write() as session:
        drawing = decisions.undo(session, drawing_id, holder=who.holder, by=who.by, now=utc_now())
        session.flush()
        return _items(session, [drawing.number])[0]


def _items(session: Session, numbers: list[int]) -> list[Json]:
    found = select(Drawing).where(Drawing.number.in_(numbers))
    by_number = {drawing.number: drawing for drawing in session.scalars(found)}
    drawings = [by_number[number] for number in numbers]
    shown = drawings_json(session, drawings, for_reviewer=True)
    return [
        item | _reason(drawing, services().review.reading(drawing.number))
        for item, drawing in zip(shown, drawings, strict=True)
    ]


def _reason(drawing: Drawing, reading: ReviewReading | None) -> Json:
    """Return why a drawing is in the queue, and the live version's reading of it."""
    is_quarantined = drawing.status == DrawingStatus.QUARANTINED
    if reading is None:
        return {"why": "quarantined" if is_quarantined else "sample", "read": None}
    first, second = reading.best_two
    lead = float(reading.probabilities_K[first] - reading.probabilities_K[second])
    if is_quarantined:
        why = "quarantined"
    elif first != drawing.label:
        why = "disagrees"
    else:
        why = "unsure" if lead < UNSURE_BELOW else "sample"
    probability = min(1.0, max(0.0, float(reading.probabilities_K[first])))
    read = {"label": first, "probability": probability, "second": second}
    return {"why": why, "read": read | {"model_version": reading.version}}
