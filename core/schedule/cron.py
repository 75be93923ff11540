"""POSIX cron: from a rule of five fields and a time zone to moments in UTC. Pure.

A rule names local times. Each is due at the first moment at which the zone's clock shows it or has
passed it; moments that coincide count once. So a local time that occurs twice (autumn) is due once,
at its first occurrence, and local times that are skipped (spring) are due together, once, right
after the change. Vixie cron promises this for jobs at fixed times; here it holds for all rules.

As in every cron: 0 and 7 are Sunday, names have three letters, and if day of month and day of week
are both restricted, either suffices. As in Vixie cron, a day field that begins with `*` does not
count as restricted, so `0 3 */2 * 1` wants a Monday with an odd date.

Written by hand, because the libraries fail `tests/core/schedule/test_cron.py`. Within the second
occurrence of an autumn hour, cronsim 2.8 returns a moment in the past
(`test_asking_between_the_two_occurrences_leads_to_the_next_day`). It repeats frequent rules in that
hour and reads `3-3/5` as 3, 8, 13, …
(`test_the_next_moment_agrees_with_a_search_minute_by_minute`), and its errors do not name the value
(`test_an_unusable_rule_is_refused_by_name`). croniter 7.0.0 is due twice in autumn
(`test_an_autumn_time_shown_twice_is_due_once_at_the_first`) and accepts either day for `*/2`
(`test_a_stepped_star_does_not_count_as_restricted`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import tzlocal

from core.base.errors import InvalidInput

LENGTH_LIMIT = 200  # characters; all 60 minutes written out take 169
MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
LONGEST_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
ELEMENT = re.compile(r"(?:(?P<star>\*)|(?P<low>\w+)(?:-(?P<high>\w+))?)(?:/(?P<step>[0-9]{1,4}))?")


@dataclass(frozen=True)
class Field:
    """One of the five fields: its name and its values."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()

    def expected(self) -> str:
        """The expected values, for error messages."""
        named = f" or {self.names[0]} to {self.names[-1]}" if self.names else ""
        return f"expected {self.low} to {self.high}{named}, as in *, */2, 1-5 or 1,3"


FIELDS = (
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day of month", 1, 31),
    Field("month", 1, 12, MONTHS),
    Field("day of week", 0, 7, WEEKDAYS),
)


@dataclass(frozen=True)
class Cron:
    """A parsed rule: the values of each field, ascending."""

    text: str
    """The five fields; a macro is expanded."""
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    """0 is Sunday, 6 Saturday."""
    needs_both_days: bool
    """Whether day of month and day of week must both match, or one of them suffices."""

    def matches_day(self, day: date) -> bool:
        """Whether the rule is due on this local date."""
        if day.month not in self.months:
            return False
        by_month = day.day in self.days
        by_week = day.isoweekday() % 7 in self.weekdays
        return (by_month and by_week) if self.needs_both_days else (by_month or by_week)


def parse(text: str) -> Cron:
    """Parse five fields or a macro such as `@daily`.

    Raises: InvalidInput, with the malformed field, or the date that never occurs.
    """
    if len(text) > LENGTH_LIMIT:
        raise InvalidInput(f"cron: at most {LENGTH_LIMIT} characters, five fields: 0 3 * * *")
    stripped = text.strip().lower()
    words = MACROS.get(stripped, stripped).split()
    if stripped.startswith("@") and stripped not in MACROS:
        raise InvalidInput(f"cron={text!r}: expected one of {', '.join(MACROS)}, or five fields")
    if len(words) != len(FIELDS):
        raise InvalidInput(
            f"cron={text!r}: expected five fields (minute, hour, day of month, month, "
            f"day of week), as in 0 3 * * *, found {len(words)}"
        )
    minutes, hours, days, months, weekdays = (
        _values(field, word) for field, word in zip(FIELDS, words, strict=True)
    )
    needs_both_days = words[2].startswith("*") or words[4].startswith("*")
    longest = max(LONGEST_MONTH_DAYS[month - 1] for month in months)
    if needs_both_days and days[0] > longest:
        raise InvalidInput(
            f"cron={text!r}: the day of month field is {words[2]}, but the months given have "
            f"at most {longest} days, so it would never be due"
        )
    sunday_is_zero = tuple(sorted({weekday % 7 for weekday in weekdays}))
    return Cron(" ".join(words), minutes, hours, days, months, sunday_is_zero, needs_both_days)


def zone_of(timezone: str) -> tzinfo:
    """The zone of that IANA name; for an empty name, the zone of the machine.

    Raises: InvalidInput, if there is no such zone.
    """
    if not timezone:
        return tzlocal.get_localzone()
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise InvalidInput(
            f"timezone={timezone!r}: expected a name such as Europe/Berlin, Asia/Shanghai or UTC, "
            "or nothing for this machine's own"
        ) from exc


def validate(text: str, timezone: str) -> None:
    """Raises: InvalidInput, if the rule or the zone cannot be used."""
    parse(text)
    zone_of(timezone)


def next_times(text: str, timezone: str, after: datetime, n: int) -> list[datetime]:
    """The first `n` moments (aware, UTC) later than `after` at which the rule is due.

    Fewer only at the end of the calendar, in the year 9999.
    Raises: InvalidInput, as `parse` and `zone_of` do.
    """
    rule, zone = parse(text), zone_of(timezone)
    found: list[datetime] = []
    latest = after.astimezone(UTC)
    for local in _local_times(rule, latest.astimezone(zone).date()):
        if len(found) >= n:
            break
        try:
            moment = _first_occurrence(local, zone)
        except OverflowError:
            break
        if moment > latest:
            latest = moment
            found.append(moment)
    return found


def _values(field: Field, word: str) -> tuple[int, ...]:
    values: set[int] = set()
    for element in word.split(","):
        values.update(_range(field, word, element))
    return tuple(sorted(values))


def _range(field: Field, word: str, element: str) -> range:
    match = ELEMENT.fullmatch(element)
    if match is None:
        raise _malformed(field, word, field.expected())
    step = int(match["step"] or 1)
    if match["star"]:
        low, high = field.low, field.high
    else:
        low = _number(field, word, match["low"])
        high = _number(field, word, match["high"] or match["low"])
        if field.name == "day of week" and high == 0 < low:
            high = 7  # fri-sun: as the end of a range, Sunday is 7
        if match["step"] and not match["high"]:
            hint = f"a step needs a range, as in {match['low']}-{field.high}/{step}"
            raise _malformed(field, word, hint)
    if high < low:
        raise _malformed(field, word, f"the range {element} runs backwards, give it in two parts")
    if not 1 <= step <= field.high:
        raise _malformed(field, word, f"expected a step of 1 to {field.high}")
    return range(low, high + 1, step)


def _number(field: Field, word: str, text: str) -> int:
    if text in field.names:
        return field.names.index(text) + field.low
    if re.fullmatch(r"[0-9]{1,4}", text) and field.low <= int(text) <= field.high:
        return int(text)
    raise _malformed(field, word, field.expected())


def _malformed(field: Field, word: str, hint: str) -> InvalidInput:
    return InvalidInput(f"cron: the {field.name} field is {word!r}: {hint}")


def _local_times(rule: Cron, first_day: date) -> Iterator[datetime]:
    """Naive local times of the rule, ascending, from the day before `first_day`.

    It starts a day early, because the date steps back when midnight occurs twice in autumn.
    """
    times = [time(hour, minute) for hour in rule.hours for minute in rule.minutes]
    start = max(first_day.toordinal() - 1, date.min.toordinal())
    for ordinal in range(start, date.max.toordinal() + 1):
        day = date.fromordinal(ordinal)
        if rule.matches_day(day):
            yield from (datetime.combine(day, at) for at in times)


def _first_occurrence(local: datetime, zone: tzinfo) -> datetime:
    """The first moment (UTC) at which the zone's clock shows `local` or has passed it."""
    moment = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _clock(moment, zone) == local:
        return moment
    # A skipped time. By PEP 495, fold=1 gives a moment before the change and fold=0 one after it:
    # search between.
    before = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    late = int((moment - before).total_seconds())
    early = 0
    while early < late:
        middle = (early + late) // 2
        if _clock(before + timedelta(seconds=middle), zone) >= local:
            late = middle
        else:
            early = middle + 1
    return before + timedelta(seconds=early)


def _clock(moment: datetime, zone: tzinfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)
