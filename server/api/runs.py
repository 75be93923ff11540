"""Runs: asking for one, watching it, stopping it."""

from __future__ import annotations

import secrets

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from core.clock import utc_now
from core.errors import NotFound
from core.models import Run
from core.transitions import runs as transitions
from core.transitions.counters import audit
from server import identity
from server.answer_schemas import RunOut, RunsOut, RunWithCurve
from server.answers import polled
from server.contract import contract
from server.schemas import Page
from server.services import services
from server.views import next_after, number_after, run_json, run_with_curve

blueprint = Blueprint("runs", __name__)


@blueprint.post("/api/v1/runs")
@contract("Ask for a run", answers={202: RunOut}, refusals=(503, 507))
def ask() -> ResponseReturnValue:
    """Queue a run; while one is queued or running, that one is the answer"""
    by = identity.who().by
    now = utc_now()
    with services().database.write() as session:
        run, is_new = transitions.queue_run(
            session, requested_by=by, is_forced=True, seed=secrets.randbelow(2**31), now=now
        )
        if is_new:
            audit(session, by=by, action="run", subject=f"run:{run.id}", now=now)
        return run_json(session, run), 202


@blueprint.get("/api/v1/runs")
@contract("All runs", query=Page, answers={200: RunsOut})
def all_runs(query: Page) -> ResponseReturnValue:
    """All runs, newest first"""
    found = select(Run).order_by(Run.id.desc()).limit(query.limit + 1)
    after = number_after(query.after)
    if after is not None:
        found = found.where(Run.id < after)
    with services().database.read() as session:
        rows = session.scalars(found).all()
        shown = rows[: query.limit]
        items = [run_json(session, run) for run in shown]
    more = len(rows) > query.limit
    return polled({"items": items, "next": next_after(shown[-1].id) if more else None})


@blueprint.get("/api/v1/runs/<int:run_id>")
@contract("One run", answers={200: RunWithCurve}, refusals=(404,))
def show(run_id: int) -> ResponseReturnValue:
    """A run with its progress, its curves and its verdict"""
    with services().database.read() as session:
        run = session.get(Run, run_id)
        if run is None:
            raise NotFound("run", run_id)
        return polled(run_with_curve(session, run))


@blueprint.post("/api/v1/runs/<int:run_id>/cancel")
@contract("Stop a run", answers={200: RunOut}, refusals=(404, 409))
def cancel(run_id: int) -> ResponseReturnValue:
    """Stop a queued run at once, a running one within a second"""
    now = utc_now()
    with services().database.write() as session:
        run = transitions.request_cancel(session, run_id, now=now)
        by = identity.who().by
        audit(session, by=by, action="cancel_run", subject=f"run:{run_id}", now=now)
        return run_json(session, run)
