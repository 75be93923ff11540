"""Who draws: what each gave, blocking them, and erasing all they drew."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.base.clock import utc_now
from core.people import contributors as transitions
from core.people.contributors import Erasure
from core.storage.tables import Contributor
from core.versions import queries as version_queries
from server import identity
from server.api.contributors.figures import Figures, figures
from server.api.contributors.schemas import (
    ContributorOut,
    ContributorsOut,
    ContributorsQuery,
    ErasureOut,
)
from server.api.shared.json_values import Json, iso
from server.api.shared.paging import next_after, number_after
from server.api.shared.schemas import Reason
from server.contract import contract
from server.roles import ADMIN
from server.services import services

blueprint = Blueprint("contributors", __name__)
# How many drawings and which contributor, in one number that sorts and fits 63 bits.
MANY = 2**31


@blueprint.get("/api/v1/contributors")
@contract("All contributors", role=ADMIN, query=ContributorsQuery, answers={200: ContributorsOut})
def all_contributors(query: ContributorsQuery) -> ResponseReturnValue:
    """Who draws, the newest first or those who gave most, with what they gave"""
    with services().database.read() as session:
        rows = session.scalars(_wanted(query)).all()
        shown = rows[: query.limit]
        gave = figures(session, [row.id for row in shown])
        items = [_contributor_json(row, gave[row.id]) for row in shown]
    is_more = len(rows) > query.limit
    return {"items": items, "next": next_after(_place(query, shown[-1])) if is_more else None}


def _wanted(query: ContributorsQuery) -> Select[Contributor]:
    found = select(Contributor).limit(query.limit + 1)
    after = number_after(query.after)
    if query.blocked is not None:
        is_free = Contributor.blocked_at.is_(None)
        found = found.where(~is_free if query.blocked == "true" else is_free)
    if query.sort == "newest":
        found = found.order_by(Contributor.number.desc())
        return found if after is None else found.where(Contributor.number < after)
    found = found.order_by(Contributor.n_drawings.desc(), Contributor.number.desc())
    if after is None:
        return found
    n_drawings, number = divmod(after, MANY)
    is_fewer = Contributor.n_drawings < n_drawings
    is_behind = (Contributor.n_drawings == n_drawings) & (Contributor.number < number)
    # The first part alone lets the index find the place.
    return found.where(Contributor.n_drawings <= n_drawings, is_fewer | is_behind)


def _place(query: ContributorsQuery, row: Contributor) -> int:
    return row.number if query.sort == "newest" else row.n_drawings * MANY + row.number


@blueprint.get("/api/v1/contributors/<int:number>")
@contract("One contributor", role=ADMIN, answers={200: ContributorOut}, refusals=(404,))
def show(number: int) -> ResponseReturnValue:
    """What one contributor gave"""
    with services().database.read() as session:
        return _shown(session, transitions.contributor(session, number))


@blueprint.post("/api/v1/contributors/<int:number>/block")
@contract(
    "Block a contributor",
    role=ADMIN,
    body=Reason,
    answers={200: ContributorOut},
    refusals=(404, 409),
)
def block(number: int, body: Reason) -> ResponseReturnValue:
    """Take no more drawings from them; those there are neither train nor examine"""
    with services().database.write() as session:
        row = transitions.block(
            session, number, reason=body.reason, by=identity.who().by, now=utc_now()
        )
        return _shown(session, row)


@blueprint.post("/api/v1/contributors/<int:number>/unblock")
@contract(
    "Unblock a contributor",
    role=ADMIN,
    body=Reason,
    answers={200: ContributorOut},
    refusals=(404, 409),
)
def unblock(number: int, body: Reason) -> ResponseReturnValue:
    """Let them in again, with all they drew"""
    with services().database.write() as session:
        row = transitions.unblock(
            session, number, reason=body.reason, by=identity.who().by, now=utc_now()
        )
        return _shown(session, row)


@blueprint.get("/api/v1/contributors/<int:number>/erasure")
@contract("What erasing would affect", role=ADMIN, answers={200: ErasureOut}, refusals=(404,))
def preview(number: int) -> ResponseReturnValue:
    """How many drawings would go, and which versions learned from them"""
    with services().database.read() as session:
        return _erasure_json(session, transitions.erasure(session, number))


@blueprint.post("/api/v1/contributors/<int:number>/erasure")
@contract(
    "Erase a contributor's drawings", role=ADMIN, answers={200: ErasureOut}, refusals=(404, 409)
)
def erase(number: int) -> ResponseReturnValue:
    """Wipe everything they drew, at once and for good; versions that learned from it stay"""
    with services().database.write() as session:
        erased = transitions.erase(session, number, by=identity.who().by, now=utc_now())
        return _erasure_json(session, erased)


def _erasure_json(session: Session, affected: Erasure) -> Json:
    return {
        "n_drawings": affected.n_drawings,
        "versions": affected.versions,
        "live_version": version_queries.live_version(session),
    }


def _shown(session: Session, row: Contributor) -> Json:
    return _contributor_json(row, figures(session, [row.id])[row.id])


def _contributor_json(row: Contributor, gave: Figures) -> Json:
    return {
        "number": row.number,
        "id": row.id,
        "created_at": iso(row.created_at),
        "blocked_at": iso(row.blocked_at),
        "is_held_out": row.is_held_out,
        "n": gave.n,
        "n_quarantined": gave.n_quarantined,
        "n_rejected": gave.n_rejected,
        "n_exam": gave.n_exam,
        "n_deleted": gave.n_deleted,
        "n_read": gave.n_read,
        "n_agreed": gave.n_agreed,
        "by_label": gave.by_label,
    }
