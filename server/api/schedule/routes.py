"""Routes of the schedule: show it, change it, preview a rule."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from core.base.clock import utc_now
from core.schedule import due
from core.schedule.description import describe, phrase
from server import identity
from server.api.schedule.schemas import (
    ScheduleIn,
    ScheduleOut,
    SchedulePreview,
    SchedulePreviewOut,
)
from server.api.schedule.views import description_json, next_runs, schedule_json
from server.api.shared.etags import json_with_etag
from server.contract import contract
from server.roles import ADMIN, ANYBODY, REVIEWER
from server.services import services

blueprint = Blueprint("schedule", __name__)


@blueprint.get("/api/v1/schedule")
@contract("The schedule", role=ANYBODY, answers={200: ScheduleOut})
def show() -> ResponseReturnValue:
    """Return when runs are due, and the outcome of the last due time"""
    with services().database.read() as session:
        return json_with_etag(schedule_json(due.schedule(session)))


@blueprint.put("/api/v1/schedule")
@contract("Change the schedule", role=ADMIN, body=ScheduleIn, answers={200: ScheduleOut})
def change(body: ScheduleIn) -> ResponseReturnValue:
    """Replace the schedule; it takes effect within 5 s"""
    with services().database.write() as session:
        row = due.change_schedule(
            session,
            rule=body.cron,
            timezone=body.timezone,
            min_new_drawings=body.min_new_drawings,
            enabled=body.enabled,
            by=identity.who().by,
            now=utc_now(),
        )
        return schedule_json(row)


@blueprint.get("/api/v1/schedule/preview")
@contract(
    "A rule in words", role=REVIEWER, query=SchedulePreview, answers={200: SchedulePreviewOut}
)
def preview(query: SchedulePreview) -> ResponseReturnValue:
    """Return an unsaved rule in words, and the next five times at which it would be due"""
    described = describe(query.cron)
    return {
        "sentence": phrase(described),
        "description": description_json(described),
        "next_runs": next_runs(query.cron, query.timezone),
    }
