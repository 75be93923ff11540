"""Route of the overview: open tasks, the live version, queues and figures."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.base.clock import utc_now
from core.base.kinds import Role, RunStatus
from core.drawings import queries as drawing_queries
from core.drawings.queries import DayFigures
from core.runs import queries as run_queries
from core.schedule import due
from core.storage import counters
from core.storage.tables import ModelVersion, Promotion, Run
from core.versions import lifecycle
from server import identity
from server.api.overview import queries
from server.api.overview.queries import DigitCounts, ScoredVersion
from server.api.overview.schemas import OverviewOut
from server.api.overview.tasks import open_tasks
from server.api.runs.views import run_json, verdict_json
from server.api.shared.account_names import account_names
from server.api.shared.etags import json_with_etag
from server.api.shared.json_values import Json, iso
from server.contract import contract
from server.monitoring.problems import problems
from server.roles import REVIEWER
from server.services import services
from server.serving import review_queue

blueprint = Blueprint("overview", __name__)
N_DAYS = 90
RECENT = timedelta(days=7)
DATASETS = ("mnist_test", "holdout_known", "holdout_new")
OVER = (RunStatus.PROMOTED, RunStatus.HELD, RunStatus.FAILED, RunStatus.CANCELLED)


@blueprint.get("/api/v1/overview")
@contract("The overview", role=REVIEWER, answers={200: OverviewOut})
def show() -> ResponseReturnValue:
    """Return open tasks, the live version and its promotion, queues, and figures of ninety days"""
    now = utc_now()
    problems_json = [{"kind": one.kind, "facts": one.facts} for one in problems(services())]
    with services().database.read() as session:
        n_new = drawing_queries.n_new(session)
        live = lifecycle.live_promotion(session)
        last_run = session.scalars(
            select(Run).where(Run.status.in_(OVER)).order_by(Run.id.desc()).limit(1)
        ).one_or_none()
        return json_with_etag(
            {
                "needs": problems_json
                + [
                    {"kind": task.kind, "facts": task.facts}
                    for task in open_tasks(session, n_new=n_new)
                ],
                "live": None if live is None else _live_json(session, live),
                "anchor": lifecycle.anchor_version(session),
                "last_run": None if last_run is None else run_json(session, last_run),
                "queues": _queues_json(session, n_new),
                "n_contributors": counters.totals(session, "contributors").get("", 0),
                "n_new_contributors": queries.n_contributors_since(session, now - RECENT),
                "by_day": [
                    {"day": one.day.isoformat(), **_counts_json(one)}
                    for one in drawing_queries.drawings_by_day(session, now.date(), N_DAYS)
                ],
                "by_digit": [_counts_json(one) for one in queries.by_digit(session)],
                "versions": [_version_json(one) for one in queries.scored_versions(session)],
                "promotions": [
                    {"version": one.version, "at": iso(one.at), "kind": one.kind}
                    for one in queries.promotions(session)
                ],
            }
        )


def _live_json(session: Session, live: Promotion) -> Json:
    verdict = None
    run_id = session.get_one(ModelVersion, live.version).run_id
    if live.kind == "gate" and run_id is not None:
        verdict = verdict_json(run_queries.verdict_of(session, run_id))
    is_admin = identity.who().role == Role.ADMIN
    return {
        "version": live.version,
        "previous_version": live.previous_version,
        "since": iso(live.at),
        "kind": live.kind,
        "why": live.reason if verdict is None else verdict["sentence"],
        "verdict": verdict,
        "by": live.by.partition(":")[0],
        "by_name": account_names(session, {live.by}).get(live.by) if is_admin else None,
    }


def _queues_json(session: Session, n_new: int) -> Json:
    n_to_review, is_exact = review_queue.n_left(session)
    return {
        "n_to_review": n_to_review,
        "is_exact": is_exact,
        "n_quarantined": drawing_queries.n_quarantined(session),
        "n_new": n_new,
        "min_new_drawings": due.schedule(session).min_new_drawings,
    }


def _counts_json(one: DayFigures | DigitCounts) -> Json:
    return {"n": one.n, "n_read": one.n_read, "n_disagreed": one.n_disagreed}


def _version_json(one: ScoredVersion) -> Json:
    scores = {name: one.scores.get(name) or {} for name in DATASETS}
    return {
        "version": one.version,
        "created_at": iso(one.created_at),
        "was_live": one.was_live,
    } | {
        name: {"n_correct": score["n_correct"], "n": score["n"]} if score.get("n") else None
        for name, score in scores.items()
    }
