"""The schedule as JSON."""

from __future__ import annotations

from core.base.clock import utc_now
from core.schedule import cron
from core.schedule.cron_words import in_words
from core.storage.tables import Schedule
from server.api.shared.json_values import Json, iso
from server.api.shared.language import language

N_NEXT_RUNS = 5
SWITCHED_OFF = {"en": "switched off", "zh": "已关闭"}


def schedule_json(row: Schedule) -> Json:
    """Return the schedule with the next due times."""
    return {
        "cron": row.cron,
        "timezone": row.timezone,
        "min_new_drawings": row.min_new_drawings,
        "enabled": row.enabled,
        "next_run_at": iso(row.next_due_at),
        "last_run_at": iso(row.last_due_at),
        "last_outcome": row.last_outcome,
        "sentence": schedule_sentence(row),
        "rule_sentence": rule_sentence(row.cron),
        "next_runs": next_runs(row.cron, row.timezone) if row.enabled else [],
        "zone": str(cron.zone_of(row.timezone)),
    }


def schedule_sentence(row: Schedule) -> str:
    """Return the rule in words, such as "every day at 03:00"; or that it is switched off."""
    return rule_sentence(row.cron) if row.enabled else SWITCHED_OFF[language()]


def rule_sentence(rule: str) -> str:
    """Return a cron rule in words, in the client's language."""
    return in_words(rule, language())


def next_runs(rule: str, timezone: str) -> list[str | None]:
    """Return the next five moments at which a rule is due."""
    return [iso(moment) for moment in cron.next_times(rule, timezone, utc_now(), N_NEXT_RUNS)]
