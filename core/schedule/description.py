"""A cron rule in words, for the pages: "every day at 03:00", "每天 03:00"."""

from __future__ import annotations

from dataclasses import dataclass

from core.schedule.cron import Cron, parse

CLOCK_TIMES_LIMIT = 4
"""More times of day than this are not listed one by one."""


@dataclass(frozen=True)
class Words:
    """What one language says; `{}` is filled in."""

    joined: tuple[str, str]
    """Between the parts of a list, and before the last one."""
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    every_day: str
    working_days: str
    weekend: str
    on_weekdays: str
    on_days: str
    on_days_of_months: str
    at: str
    every_minute: str
    every_n_minutes: str
    every_hour: str
    every_hour_at: str
    every_n_hours: str
    by_rule: str


ENGLISH = Words(
    joined=(", ", " and "),
    weekdays=("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"),
    months=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    every_day="every day",
    working_days="Monday to Friday",
    weekend="every Saturday and Sunday",
    on_weekdays="every {}",
    on_days="on day {} of every month",
    on_days_of_months="on day {} of {}",
    at="{} at {}",
    every_minute="every minute",
    every_n_minutes="every {} minutes",
    every_hour="every hour",
    every_hour_at="every hour, {} minutes past",
    every_n_hours="every {} hours",
    by_rule="by the rule {}",
)
CHINESE = Words(
    joined=("、", "和"),
    weekdays=("周日", "周一", "周二", "周三", "周四", "周五", "周六"),
    months=tuple(f"{month}月" for month in range(1, 13)),
    every_day="每天",
    working_days="周一至周五",
    weekend="每周六和周日",
    on_weekdays="每{}",
    on_days="每月{}日",
    on_days_of_months="每年{1}{0}日",
    at="{} {}",
    every_minute="每分钟",
    every_n_minutes="每{}分钟",
    every_hour="每小时整点",
    every_hour_at="每小时第{}分钟",
    every_n_hours="每{}小时",
    by_rule="按规则 {}",
)


def in_words(text: str, lang: str) -> str:
    """The rule as part of a sentence, in Chinese if `lang` begins with `zh`, else in English.

    Rules of an uncommon form are quoted as they are.
    Raises: InvalidInput, as `core.schedule.cron.parse` does.
    """
    rule = parse(text)
    words = CHINESE if lang.startswith("zh") else ENGLISH
    return _often(rule, words) or _at_times(rule, words) or words.by_rule.format(rule.text)


def _often(rule: Cron, words: Words) -> str | None:
    """Several times a day at a steady pace, every day."""
    minute, hour, *days = rule.text.split()
    if days != ["*", "*", "*"]:
        return None
    if hour == "*":
        return _within_the_hour(rule, minute, words)
    n_hours = _pace(rule.hours, 24)
    if n_hours and rule.minutes == (0,):
        return words.every_n_hours.format(n_hours)
    return None


def _within_the_hour(rule: Cron, minute: str, words: Words) -> str | None:
    n_minutes = _pace(rule.minutes, 60)
    if minute == "*":
        return words.every_minute
    if n_minutes:
        return words.every_n_minutes.format(n_minutes)
    if rule.minutes == (0,):
        return words.every_hour
    if len(rule.minutes) == 1:
        return words.every_hour_at.format(rule.minutes[0])
    return None


def _pace(values: tuple[int, ...], whole: int) -> int | None:
    """The step, if `values` go round the `whole` from 0 in equal steps, at least two of them."""
    n = len(values)
    if n > 1 and whole % n == 0 and values == tuple(range(0, whole, whole // n)):
        return whole // n
    return None


def _at_times(rule: Cron, words: Words) -> str | None:
    """At a few times of day, on days that can be named."""
    days = _days(rule, words)
    times = [f"{hour:02d}:{minute:02d}" for hour in rule.hours for minute in rule.minutes]
    if days is None or len(times) > CLOCK_TIMES_LIMIT:
        return None
    return words.at.format(days, _listed(times, words))


def _days(rule: Cron, words: Words) -> str | None:
    by_month, by_week = len(rule.days) < 31, len(rule.weekdays) < 7
    if (by_month and by_week) or (len(rule.months) < 12 and not by_month):
        return None
    if by_week:
        return _weekdays(rule.weekdays, words)
    if not by_month:
        return words.every_day
    days = _listed([str(day) for day in rule.days], words)
    if len(rule.months) == 12:
        return words.on_days.format(days)
    return words.on_days_of_months.format(
        days, _listed([words.months[month - 1] for month in rule.months], words)
    )


def _weekdays(weekdays: tuple[int, ...], words: Words) -> str:
    if weekdays == (1, 2, 3, 4, 5):
        return words.working_days
    if weekdays == (0, 6):
        return words.weekend
    from_monday = sorted(weekdays, key=lambda weekday: (weekday - 1) % 7)
    return words.on_weekdays.format(_listed([words.weekdays[day] for day in from_monday], words))


def _listed(parts: list[str], words: Words) -> str:
    between, last = words.joined
    return last.join([between.join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
