"""The overview: what needs a person first, then what is live, what waits, and how it went."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit_log, needs, overview, queries
from core.clock import utc_now
from core.kinds import Role, RunStatus
from core.models import ModelVersion, Promotion, Run
from core.overview import DigitFigures, Measured
from core.queries import DayFigures
from core.transitions import versions as transitions
from server import identity, review_queue
from server.answers import polled
from server.contract import contract
from server.overview_schemas import OverviewOut
from server.problems import problems
from server.services import services
from server.views import Json, iso, run_json, verdict_json

blueprint = Blueprint("overview", __name__)
N_DAYS = 90
RECENT = timedelta(days=7)
DATASETS = ("mnist_test", "holdout_known", "holdout_new")
OVER = (RunStatus.PROMOTED, RunStatus.HELD, RunStatus.FAILED, RunStatus.CANCELLED)


@blueprint.get("/api/v1/overview")
@contract("The overview", answers={200: OverviewOut})
def show() -> ResponseReturnValue:
    """What needs a person; what is live, since when, why and by whom; ninety days in figures"""
    now = utc_now()
    wrong = [{"kind": one.kind, "facts": one.facts} for one in problems(services())]
    with services().database.read() as session:
        n_new = queries.n_new(session)
        live = transitions.champion(session)
        last_run = session.scalars(
            select(Run).where(Run.status.in_(OVER)).order_by(Run.id.desc()).limit(1)
        ).one_or_none()
        return polled(
            {
                "needs": wrong
                + [
                    {"kind": need.kind, "facts": need.facts}
                    for need in needs.needs(session, n_new=n_new)
                ],
                "live": None if live is None else _live_json(session, live),
                "anchor": transitions.anchor_version(session),
                "last_run": None if last_run is None else run_json(session, last_run),
                "queues": _queues_json(session, n_new),
                "n_contributors": queries.counters(session, "contributors").get("", 0),
                "n_new_contributors": overview.n_contributors_since(session, now - RECENT),
                "by_day": [
                    {"day": one.day.isoformat(), **_figures_json(one)}
                    for one in queries.drawings_by_day(session, now.date(), N_DAYS)
                ],
                "by_digit": [_figures_json(one) for one in overview.by_digit(session)],
                "versions": [_version_json(one) for one in overview.measured_versions(session)],
                "promotions": [
                    {"version": one.version, "at": iso(one.at), "kind": one.kind}
                    for one in overview.promotions(session)
                ],
            }
        )


def _live_json(session: Session, live: Promotion) -> Json:
    why = live.reason
    run_id = session.get_one(ModelVersion, live.version).run_id
    if live.kind == "gate" and run_id is not None:
        verdict = verdict_json(queries.verdict_of(session, run_id))
        why = live.reason if verdict is None else verdict["sentence"]
    is_admin = identity.who().role == Role.ADMIN
    return {
        "version": live.version,
        "previous_version": live.previous_version,
        "since": iso(live.at),
        "kind": live.kind,
        "why": why,
        "by": live.by.partition(":")[0],
        "by_name": audit_log.names(session, {live.by}).get(live.by) if is_admin else None,
    }


def _queues_json(session: Session, n_new: int) -> Json:
    n_to_review, is_exact = review_queue.n_left(session)
    return {
        "n_to_review": n_to_review,
        "is_exact": is_exact,
        "n_quarantined": queries.n_quarantined(session),
        "n_new": n_new,
        "min_new_drawings": queries.schedule(session).min_new_drawings,
    }


def _figures_json(one: DayFigures | DigitFigures) -> Json:
    return {"n": one.n, "n_read": one.n_read, "n_disagreed": one.n_disagreed}


def _version_json(one: Measured) -> Json:
    measures = {name: one.scores.get(name) or {} for name in DATASETS}
    return {
        "version": one.version,
        "created_at": iso(one.created_at),
        "was_live": one.was_live,
    } | {
        name: {"n_correct": score["n_correct"], "n": score["n"]} if score.get("n") else None
        for name, score in measures.items()
    }
