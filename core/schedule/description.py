"""A cron rule described: a name and figures for the pages, and an English phrase. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.schedule.cron import Cron, parse

CLOCK_TIMES_LIMIT = 4
"""More times of day than this are not listed one by one."""
WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class Description:
    """When runs start: one of `DESCRIPTIONS`, and its figures."""

    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)


OFF = Description("off")


def describe(text: str) -> Description:
    """Describe a rule; one of an uncommon form is quoted as it is.

    Raises: InvalidInput, as `core.schedule.cron.parse` does.
    """
    rule = parse(text)
    return _at_a_steady_pace(rule) or _at_times(rule) or Description("rule", {"cron": rule.text})


def phrase(described: Description) -> str:
    """Return a description as part of an English sentence: "every day at 03:00"."""
    return _PHRASES[described.name](described.facts)


def _at_a_steady_pace(rule: Cron) -> Description | None:
    """Several times a day at equal distances, every day."""
    minute, hour, *days = rule.text.split()
    if days != ["*", "*", "*"]:
        return None
    if hour == "*":
        return _within_the_hour(rule, minute)
    n_hours = _pace(rule.hours, 24)
    if n_hours and rule.minutes == (0,):
        return Description("every_n_hours", {"n": n_hours})
    return None


def _within_the_hour(rule: Cron, minute: str) -> Description | None:
    n_minutes = _pace(rule.minutes, 60)
    if minute == "*":
        return Description("every_minute")
    if n_minutes:
        return Description("every_n_minutes", {"n": n_minutes})
    if rule.minutes == (0,):
        return Description("every_hour")
    if len(rule.minutes) == 1:
        return Description("every_hour_at", {"minute": rule.minutes[0]})
    return None


def _pace(values: tuple[int, ...], whole: int) -> int | None:
    """The step, if `values` divide the `whole` from 0 on into equal steps, at least two."""
    n = len(values)
    if n > 1 and whole % n == 0 and values == tuple(range(0, whole, whole // n)):
        return whole // n
    return None


def _at_times(rule: Cron) -> Description | None:
    """At a few times of day, on days that can be named."""
    days = _days(rule)
    times = [f"{hour:02d}:{minute:02d}" for hour in rule.hours for minute in rule.minutes]
    if days is None or len(times) > CLOCK_TIMES_LIMIT:
        return None
    return Description("times", {"days": days, "times": times})


def _days(rule: Cron) -> dict[str, list[int]] | None:
    """Which days: by `weekdays`, by `days` of the month or by both `days` and `months`.

    Empty for every day. None for days that cannot be named in a few words.
    """
    by_month, by_week = len(rule.days) < 31, len(rule.weekdays) < 7
    if (by_month and by_week) or (len(rule.months) < 12 and not by_month):
        return None
    if by_week:
        return {"weekdays": sorted(rule.weekdays, key=lambda weekday: (weekday - 1) % 7)}
    if not by_month:
        return {}
    if len(rule.months) == 12:
        return {"days": list(rule.days)}
    return {"days": list(rule.days), "months": list(rule.months)}


def _times_phrase(facts: Mapping[str, Any]) -> str:
    return f"{_days_phrase(facts['days'])} at {_listed(facts['times'])}"


def _days_phrase(days: Mapping[str, list[int]]) -> str:
    if "weekdays" in days:
        return _weekdays_phrase(days["weekdays"])
    if "days" not in days:
        return "every day"
    numbers = _listed([str(day) for day in days["days"]])
    if "months" not in days:
        return f"on day {numbers} of every month"
    return f"on day {numbers} of {_listed([MONTHS[month - 1] for month in days['months']])}"


def _weekdays_phrase(weekdays: list[int]) -> str:
    if weekdays == [1, 2, 3, 4, 5]:
        return "Monday to Friday"
    return f"every {_listed([WEEKDAYS[weekday] for weekday in weekdays])}"


def _listed(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


_PHRASES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "off": lambda _facts: "switched off",
    "every_minute": lambda _facts: "every minute",
    "every_n_minutes": lambda facts: f"every {facts['n']} minutes",
    "every_hour": lambda _facts: "every hour",
    "every_hour_at": lambda facts: f"every hour, {facts['minute']} minutes past",
    "every_n_hours": lambda facts: f"every {facts['n']} hours",
    "times": _times_phrase,
    "rule": lambda facts: f"by the rule {facts['cron']}",
}

DESCRIPTIONS = tuple(_PHRASES)
"""The names of all descriptions."""
