"""When runs are due."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from core.base.clock import utc_now
from core.schedule import cron, due
from core.schedule.description import OFF, Description, describe, phrase
from core.schedule.due import change_schedule
from core.storage.tables import Schedule
from server import identity
from server.api.schedule.schemas import ScheduleIn, ScheduleOut, SchedulePreview, SchedulePreviewOut
from server.api.shared.conditional import polled
from server.api.shared.json_values import Json, iso
from server.contract import contract
from server.roles import ADMIN, ANYBODY, REVIEWER
from server.services import services

blueprint = Blueprint("schedule", __name__)
N_SHOWN = 5


@blueprint.get("/api/v1/schedule")
@contract("The schedule", role=ANYBODY, answers={200: ScheduleOut})
def show() -> ResponseReturnValue:
    """When runs are due, and what the last due moment did"""
    with services().database.read() as session:
        return polled(_schedule_json(due.schedule(session)))


@blueprint.put("/api/v1/schedule")
@contract("Change the schedule", role=ADMIN, body=ScheduleIn, answers={200: ScheduleOut})
def change(body: ScheduleIn) -> ResponseReturnValue:
    """Replace the schedule; it takes effect within 5 s"""
    with services().database.write() as session:
        row = change_schedule(
            session,
            rule=body.cron,
            timezone=body.timezone,
            min_new_drawings=body.min_new_drawings,
            enabled=body.enabled,
            by=identity.who().by,
            now=utc_now(),
        )
        return _schedule_json(row)


@blueprint.get("/api/v1/schedule/preview")
@contract(
    "A rule in words", role=REVIEWER, query=SchedulePreview, answers={200: SchedulePreviewOut}
)
def preview(query: SchedulePreview) -> ResponseReturnValue:
    """What a rule that is not saved yet means, and the next five moments at which it is due"""
    described = describe(query.cron)
    return {
        "sentence": phrase(described),
        "description": description_json(described),
        "next_runs": _next_runs(query.cron, query.timezone),
    }


def _next_runs(rule: str, timezone: str) -> list[str | None]:
    return [iso(due) for due in cron.next_times(rule, timezone, utc_now(), N_SHOWN)]


def description_of(row: Schedule) -> Description:
    """When runs start by themselves."""
    return describe(row.cron) if row.enabled else OFF


def description_json(described: Description) -> Json:
    """A description's name and figures."""
    return {"name": described.name, "facts": described.facts}


def _schedule_json(row: Schedule) -> Json:
    now, rule = description_of(row), describe(row.cron)
    return {
        "cron": row.cron,
        "timezone": row.timezone,
        "min_new_drawings": row.min_new_drawings,
        "enabled": row.enabled,
        "next_run_at": iso(row.next_due_at),
        "last_run_at": iso(row.last_due_at),
        "last_outcome": row.last_outcome,
        "sentence": phrase(now),
        "description": description_json(now),
        "rule_sentence": phrase(rule),
        "rule_description": description_json(rule),
        "next_runs": _next_runs(row.cron, row.timezone) if row.enabled else [],
        "zone": str(cron.zone_of(row.timezone)),
    }
