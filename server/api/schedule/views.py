"""The schedule as JSON."""

from __future__ import annotations

from core.base.clock import utc_now
from core.schedule import cron
from core.schedule.description import OFF, Description, describe, phrase
from core.storage.tables import Schedule
from server.api.shared.json_values import Json, iso

N_NEXT_RUNS = 5


def schedule_json(row: Schedule) -> Json:
    """Return the schedule with the next due times."""
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
        "next_runs": next_runs(row.cron, row.timezone) if row.enabled else [],
        "zone": str(cron.zone_of(row.timezone)),
    }


def description_of(row: Schedule) -> Description:
    """Describe when runs start by themselves."""
    return describe(row.cron) if row.enabled else OFF


def description_json(described: Description) -> Json:
    """Return a description's name and figures."""
    return {"name": described.name, "facts": described.facts}


def next_runs(rule: str, timezone: str) -> list[str | None]:
    """Return the next five moments at which a rule is due."""
    return [iso(moment) for moment in cron.next_times(rule, timezone, utc_now(), N_NEXT_RUNS)]
