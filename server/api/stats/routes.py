"""Routes of the figures on the front pages, and of a contributor's own accuracy."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from core.base.clock import utc_now
from core.base.kinds import DrawingStatus
from core.drawings import queries as drawing_queries
from core.runs import queries as run_queries
from core.schedule import due
from core.schedule.description import phrase
from core.storage import counters
from core.versions import queries as version_queries
from server import identity
from server.api.runs.views import run_json
from server.api.schedule.views import description_json, description_of
from server.api.shared.etags import json_with_etag
from server.api.shared.json_values import iso
from server.api.stats.schemas import LearnedOut, StatsOut
from server.api.stats.views import learned_json
from server.contract import contract
from server.roles import ANYBODY
from server.services import services
from server.serving.own_drawings import load_own_drawings, right

blueprint = Blueprint("stats", __name__)


@blueprint.get("/api/v1/stats")
@contract("The front pages' figures", role=ANYBODY, answers={200: StatsOut})
def stats() -> ResponseReturnValue:
    """Return counts of drawings, the live version, the next run and the latest run's progress"""
    with services().database.read() as session:
        champion = version_queries.champion(session)
        schedule = due.schedule(session)
        described = description_of(schedule)
        run = run_queries.latest_run(session)
        counts = counters.totals(session, "")
        return json_with_etag(
            {
                "champion": None
                if champion is None
                else {
                    "version": champion.version,
                    "accuracy": champion.accuracy,
                    "promoted_at": iso(champion.promoted_at),
                },
                "next_run_at": iso(schedule.next_due_at),
                "schedule_sentence": phrase(described),
                "schedule_description": description_json(described),
                "min_new_drawings": schedule.min_new_drawings,
                "run": None if run is None else run_json(session, run),
                "n_drawings": counts.get("drawings", 0),
                "n_contributors": counts.get("contributors", 0),
                "n_new": drawing_queries.n_new(session),
                "by_label": [counts.get(f"label:{label}", 0) for label in range(10)],
                "by_day": [
                    {"day": one.day.isoformat(), "n": one.n}
                    for one in drawing_queries.drawings_by_day(session, utc_now().date())
                ],
                "by_status": {
                    status.value: counts.get(f"status:{status}", 0) for status in DrawingStatus
                },
            }
        )


@blueprint.get("/api/v1/learned")
@contract("Did it learn me?", role=ANYBODY, answers={200: LearnedOut})
def learned() -> ResponseReturnValue:
    """Count the caller's drawings that the live version and the previous one read right

    `exam` counts the held-out drawings among them, which no version trains on.
    """
    parts = services()
    with parts.database.read() as session:
        champion = version_queries.champion(session)
        own = load_own_drawings(session, identity.contributor() or "")
    if champion is None:
        versions = {"version": None, "previous_version": None, "promoted_at": None}
        return json_with_etag(learned_json(own, None, None) | versions)
    previous = champion.previous_version
    right_N = right(parts.live, own, champion.version)
    right_before_N = None if previous is None else right(parts.live, own, previous)
    return json_with_etag(
        learned_json(own, right_N, right_before_N)
        | {
            "version": champion.version,
            "previous_version": previous,
            "promoted_at": iso(champion.promoted_at),
        }
    )
