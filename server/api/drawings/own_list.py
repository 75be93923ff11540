"""One's own drawings with their fates; everybody's are in `gallery.py`."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from core.base.kinds import DrawingStatus, Split
from core.storage.tables import Drawing, ModelVersion, Promotion, RunDrawing
from core.versions import queries as version_queries
from server import identity
from server.api.drawings.schemas import MineOut
from server.api.drawings.views import drawings_json
from server.api.shared.json_values import Json
from server.api.shared.paging import Page, next_after, number_after
from server.contract import contract
from server.roles import ANYBODY
from server.services import services

blueprint = Blueprint("drawing_lists", __name__)


@blueprint.get("/api/v1/drawings/mine")
@contract("One's own drawings", role=ANYBODY, query=Page, answers={200: MineOut})
def mine(query: Page) -> ResponseReturnValue:
    """One's own drawings, newest first, and how many of them met which fate"""
    contributor_id = identity.contributor() or ""
    own = select(Drawing).where(
        Drawing.contributor_id == contributor_id, Drawing.status != DrawingStatus.DELETED
    )
    with services().database.read() as session:
        page = _page(session, own, query)
        live = version_queries.live_version(session)
        return page | {"counts": _counts(session, contributor_id) | {"live_version": live}}


def _page(session: Session, found: Select[Drawing], query: Page) -> Json:
    after = number_after(query.after)
    if after is not None:
        found = found.where(Drawing.number < after)
    newest = found.order_by(Drawing.number.desc()).limit(query.limit + 1)
    drawings = session.scalars(newest).all()
    shown = drawings[: query.limit]
    more = len(drawings) > query.limit
    return {
        "items": drawings_json(session, shown),
        "next": next_after(shown[-1].number) if more else None,
    }


def _counts(session: Session, contributor_id: str) -> Json:
    """How many of a contributor's drawings met which fate; the index by contributor serves it."""
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
