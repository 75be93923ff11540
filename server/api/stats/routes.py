"""The figures on the front pages, and "did it learn me?"."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from flask import Blueprint
from flask.typing import ResponseReturnValue
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.base.clock import utc_now
from core.base.errors import ModelFileError
from core.base.kinds import DrawingStatus, Split
from core.drawings import queries as drawing_queries
from core.runs import queries as run_queries
from core.schedule import due
from core.schedule.description import phrase
from core.storage import counters
from core.storage.tables import Drawing
from core.versions import queries as version_queries
from server import identity
from server.api.runs.views import run_json
from server.api.schedule.routes import description_json, description_of
from server.api.shared.conditional import polled
from server.api.shared.json_values import Json, iso
from server.api.stats.schemas import LearnedOut, StatsOut
from server.contract import contract
from server.roles import ANYBODY
from server.services import services

blueprint = Blueprint("stats", __name__)
MAX_READ = 1000  # newest drawings of a contributor; reading them twice takes about 60 ms
SIDE_PX = 28


@blueprint.get("/api/v1/stats")
@contract("The front pages' figures", role=ANYBODY, answers={200: StatsOut})
def stats() -> ResponseReturnValue:
    """What was collected, what is live, when the next run is due, and how far a run is"""
    with services().database.read() as session:
        champion = version_queries.champion(session)
        schedule = due.schedule(session)
        described = description_of(schedule)
        run = run_queries.latest_run(session)
        counts = counters.totals(session, "")
        return polled(
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


@dataclass(frozen=True, slots=True)
class OwnDrawings:
    """A contributor's inks, in order of arrival."""

    inks_NHW: NDArray[np.uint8]
    labels_N: NDArray[np.int64]
    is_exam_N: NDArray[np.bool_]


@blueprint.get("/api/v1/learned")
@contract("Did it learn me?", role=ANYBODY, answers={200: LearnedOut})
def learned() -> ResponseReturnValue:
    """How many of one's own drawings the live version reads right, and the one before it

    `exam` is about those among them that no version ever trains on.
    """
    with services().database.read() as session:
        champion = version_queries.champion(session)
        own = _own_drawings(session, identity.contributor() or "")
    if champion is None:
        return polled(_learned_json(own, None, None) | _versions(None, None, None))
    now_right_N = _right(own, champion.version)
    before = champion.previous_version
    right_before_N = None if before is None else _right(own, before)
    return polled(
        _learned_json(own, now_right_N, right_before_N)
        | _versions(champion.version, before, iso(champion.promoted_at))
    )


def _versions(version: int | None, previous: int | None, promoted_at: str | None) -> Json:
    return {"version": version, "previous_version": previous, "promoted_at": promoted_at}


def _own_drawings(session: Session, contributor_id: str) -> OwnDrawings:
    usable = (DrawingStatus.ACCEPTED, DrawingStatus.QUARANTINED)
    rows = session.execute(
        select(Drawing.ink, Drawing.label, Drawing.split)
        .where(Drawing.contributor_id == contributor_id, Drawing.status.in_(usable))
        .order_by(Drawing.number.desc())
        .limit(MAX_READ)
    ).all()
    inks = np.frombuffer(b"".join(row.ink for row in rows), np.uint8)
    return OwnDrawings(
        inks_NHW=inks.reshape(-1, SIDE_PX, SIDE_PX),
        labels_N=np.array([row.label for row in rows], np.int64),
        is_exam_N=np.array([row.split != Split.TRAIN for row in rows], np.bool_),
    )


def _right(own: OwnDrawings, version: int) -> NDArray[np.bool_] | None:
    """Which drawings the version reads right; None if it cannot be loaded any more."""
    if not len(own.labels_N):
        return np.zeros(0, np.bool_)
    try:
        model = services().live.version(version)
    except ModelFileError:
        return None
    right_N: NDArray[np.bool_] = model.labels(own.inks_NHW) == own.labels_N
    return right_N


def _learned_json(
    own: OwnDrawings,
    right_N: NDArray[np.bool_] | None,
    right_before_N: NDArray[np.bool_] | None,
) -> Json:
    def figures(chosen_N: NDArray[np.bool_]) -> Json:
        return {
            "n": int(chosen_N.sum()),
            "n_right": 0 if right_N is None else int((right_N & chosen_N).sum()),
            "n_right_before": None
            if right_before_N is None
            else int((right_before_N & chosen_N).sum()),
        }

    everything_N = np.ones(len(own.labels_N), np.bool_)
    return figures(everything_N) | {"exam": figures(own.is_exam_N)}
