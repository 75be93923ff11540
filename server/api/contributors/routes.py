"""Routes of contributors: list, show, block, unblock, erase."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.base.clock import utc_now
from core.people import contributors
from core.people.contributors import Erasure
from core.storage.tables import Contributor
from core.versions import queries as version_queries
from server import identity
from server.api.contributors.counts import ContributorCounts, count_drawings
from server.api.contributors.schemas import (
    ContributorOut,
    ContributorsOut,
    ContributorsQuery,
    ErasureOut,
)
from server.api.shared.json_values import Json, iso
from server.api.shared.paging import cursor, number_of
from server.api.shared.schemas import Reason
from server.contract import contract
from server.roles import ADMIN
from server.services import services

blueprint = Blueprint("contributors", __name__)
# A cursor by count combines count and contributor in one sortable number of 63 bits.
MANY = 2**31


@blueprint.get("/api/v1/contributors")
@contract("All contributors", role=ADMIN, query=ContributorsQuery, answers={200: ContributorsOut})
def all_contributors(query: ContributorsQuery) -> ResponseReturnValue:
    """List contributors with counts of their drawings, newest first or most drawings first"""
    with services().database.read() as session:
        rows = session.scalars(_wanted(query)).all()
        shown = rows[: query.limit]
        counts = count_drawings(session, [row.id for row in shown])
        items = [_contributor_json(row, counts[row.id]) for row in shown]
    is_more = len(rows) > query.limit
    return {"items": items, "next": cursor(_place(query, shown[-1])) if is_more else None}


def _wanted(query: ContributorsQuery) -> Select[Contributor]:
    found = select(Contributor).limit(query.limit + 1)
    after = number_of(query.after)
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
    # The first condition lets the index find the start.
    return found.where(Contributor.n_drawings <= n_drawings, is_fewer | is_behind)


def _place(query: ContributorsQuery, row: Contributor) -> int:
    return row.number if query.sort == "newest" else row.n_drawings * MANY + row.number


@blueprint.get("/api/v1/contributors/<int:number>")
@contract("One contributor", role=ADMIN, answers={200: ContributorOut}, refusals=(404,))
def show(number: int) -> ResponseReturnValue:
    """Return a contributor with counts of their drawings"""
    with services().database.read() as session:
        return _shown(session, contributors.contributor(session, number))


@blueprint.post("/api/v1/contributors/<int:number>/block")
@contract(
    "Block a contributor",
    role=ADMIN,
    body=Reason,
    answers={200: ContributorOut},
    refusals=(404, 409),
)
def block(number: int, body: Reason) -> ResponseReturnValue:
    """Refuse further drawings; existing ones are used neither for training nor as holdout"""
    with services().database.write() as session:
        row = contributors.block(
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
    """Accept drawings again, and use the existing ones"""
    with services().database.write() as session:
        row = contributors.unblock(
            session, number, reason=body.reason, by=identity.who().by, now=utc_now()
        )
        return _shown(session, row)


@blueprint.get("/api/v1/contributors/<int:number>/erasure")
@contract("What erasing would affect", role=ADMIN, answers={200: ErasureOut}, refusals=(404,))
def preview(number: int) -> ResponseReturnValue:
    """Return how many drawings would be erased, and which versions trained on them"""
    with services().database.read() as session:
        return _erasure_json(session, contributors.erasure(session, number))


@blueprint.post("/api/v1/contributors/<int:number>/erasure")
@contract(
    "Erase a contributor's drawings", role=ADMIN, answers={200: ErasureOut}, refusals=(404, 409)
)
def erase(number: int) -> ResponseReturnValue:
    """Erase all their drawings permanently; versions that trained on them stay"""
    with services().database.write() as session:
        erased = contributors.erase(session, number, by=identity.who().by, now=utc_now())
        return _erasure_json(session, erased)


def _erasure_json(session: Session, affected: Erasure) -> Json:
    return {
        "n_drawings": affected.n_drawings,
        "versions": affected.versions,
        "live_version": version_queries.live_version(session),
    }


def _shown(session: Session, row: Contributor) -> Json:
    return _contributor_json(row, count_drawings(session, [row.id])[row.id])


def _contributor_json(row: Contributor, counts: ContributorCounts) -> Json:
    return {
        "number": row.number,
        "id": row.id,
        "created_at": iso(row.created_at),
        "blocked_at": iso(row.blocked_at),
        "is_held_out": row.is_held_out,
        "n": counts.n,
        "n_quarantined": counts.n_quarantined,
        "n_rejected": counts.n_rejected,
        "n_exam": counts.n_exam,
        "n_deleted": counts.n_deleted,
        "n_read": counts.n_read,
        "n_agreed": counts.n_agreed,
        "by_label": counts.by_label,
    }
