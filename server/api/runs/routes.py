"""Routes of training runs: request, list, show, cancel."""

from __future__ import annotations

import secrets
from dataclasses import asdict

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.base.clock import utc_now
from core.base.errors import NotFound
from core.base.kinds import Role
from core.runs import lifecycle
from core.storage.audit import audit
from core.storage.tables import Run
from server import identity
from server.api.runs import lineage
from server.api.runs.schemas import RunDrawingsOut, RunDrawingsQuery, RunInFull, RunOut, RunsOut
from server.api.runs.views import asked_by, run_drawings_json, run_in_full, run_json
from server.api.shared.etags import json_with_etag
from server.api.shared.paging import Page, cursor, number_of
from server.contract import contract
from server.roles import ADMIN, ANYBODY, REVIEWER
from server.services import services

blueprint = Blueprint("runs", __name__)


@blueprint.post("/api/v1/runs")
@contract("Ask for a run", role=ADMIN, answers={202: RunOut}, refusals=(503, 507))
def ask() -> ResponseReturnValue:
    """Queue a run; while one is queued or running, return that one"""
    by = identity.who().by
    now = utc_now()
    with services().database.write() as session:
        run, is_new = lifecycle.queue_run(
            session, requested_by=by, is_forced=True, seed=secrets.randbelow(2**31), now=now
        )
        if is_new:
            audit(session, by=by, action="run", subject=f"run:{run.id}", now=now)
        return run_json(session, run), 202


@blueprint.get("/api/v1/runs")
@contract("All runs", role=ANYBODY, query=Page, answers={200: RunsOut})
def all_runs(query: Page) -> ResponseReturnValue:
    """List all runs, newest first"""
    found = select(Run).order_by(Run.id.desc()).limit(query.limit + 1)
    after = number_of(query.after)
    if after is not None:
        found = found.where(Run.id < after)
    with services().database.read() as session:
        rows = session.scalars(found).all()
        shown = rows[: query.limit]
        names = asked_by(session, shown) if _sees_names() else {}
        items = [run_json(session, run) | {"asked_by": names.get(run.id)} for run in shown]
    more = len(rows) > query.limit
    return json_with_etag({"items": items, "next": cursor(shown[-1].id) if more else None})


@blueprint.get("/api/v1/runs/<int:run_id>")
@contract("One run", role=ANYBODY, answers={200: RunInFull}, refusals=(404,))
def show(run_id: int) -> ResponseReturnValue:
    """Return a run with its progress, curves, log, verdict, and advice"""
    for_admin = identity.role() == Role.ADMIN
    with services().database.read() as session:
        run = _run(session, run_id)
        names = asked_by(session, [run]) if _sees_names() else {}
        shown = run_in_full(session, run, now=utc_now(), for_admin=for_admin)
        return json_with_etag(shown | {"asked_by": names.get(run.id)})


@blueprint.get("/api/v1/runs/<int:run_id>/drawings")
@contract(
    "What a run learned from",
    role=REVIEWER,
    query=RunDrawingsQuery,
    answers={200: RunDrawingsOut},
    refusals=(404,),
)
def drawings(run_id: int, query: RunDrawingsQuery) -> ResponseReturnValue:
    """List the drawings that a run trained on, newest first; deleted ones are only counted"""
    with services().database.read() as session:
        _run(session, run_id)
        found = lineage.page(
            session,
            run_id,
            is_new=None if query.kind is None else query.kind == "new",
            label=None if query.label is None else int(query.label),
            before=number_of(query.after),
            limit=query.limit + 1,
        )
        shown = found[: query.limit]
        counts = None if query.after is not None else asdict(lineage.counts(session, run_id))
        return {
            "items": run_drawings_json(session, shown),
            "next": cursor(shown[-1].number) if len(found) > query.limit else None,
            "counts": counts,
        }


@blueprint.post("/api/v1/runs/<int:run_id>/cancel")
@contract("Stop a run", role=ADMIN, answers={200: RunOut}, refusals=(404, 409))
def cancel(run_id: int) -> ResponseReturnValue:
    """Cancel a queued run at once, a running one within a second"""
    now = utc_now()
    with services().database.write() as session:
        run = lifecycle.request_cancel(session, run_id, now=now)
        by = identity.who().by
        audit(session, by=by, action="cancel_run", subject=f"run:{run_id}", now=now)
        return run_json(session, run)


def _run(session: Session, run_id: int) -> Run:
    run = session.get(Run, run_id)
    if run is None:
        raise NotFound("run", run_id)
    return run


def _sees_names() -> bool:
    return identity.role() != ANYBODY
