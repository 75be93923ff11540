"""Cron: fields, days, macros, and changes of the clock."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.base.errors import InvalidInput
from core.schedule.cron import next_times, parse, validate

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)  # a Saturday


def _local(text: str, timezone: str, after: datetime, n: int) -> list[str]:
    """Due moments in local time with the offset."""
    zone = ZoneInfo(timezone)
    found = next_times(text, timezone, after, n)
    return [moment.astimezone(zone).strftime("%m-%d %H:%M%z") for moment in found]


def test_every_night_at_three_is_due_at_three() -> None:
    assert _local("0 3 * * *", "UTC", NOON, 2) == ["03-15 03:00+0000", "03-16 03:00+0000"]


@pytest.mark.parametrize("sunday", ["0", "7", "sun", "SUN"])
def test_zero_and_seven_are_sunday(sunday: str) -> None:
    assert _local(f"0 3 * * {sunday}", "UTC", NOON, 2) == ["03-15 03:00+0000", "03-22 03:00+0000"]


def test_a_moment_that_is_now_is_not_after_now() -> None:
    assert _local("0 12 * * *", "UTC", NOON, 1) == ["03-15 12:00+0000"]


def test_a_moment_less_than_a_minute_ahead_is_found() -> None:
    after = NOON - timedelta(microseconds=1)

    assert _local("0 12 * * *", "UTC", after, 1) == ["03-14 12:00+0000"]


def test_either_day_suffices_when_both_are_restricted() -> None:
    found = _local("0 3 20 * mon", "UTC", NOON, 3)

    assert found == ["03-16 03:00+0000", "03-20 03:00+0000", "03-23 03:00+0000"]


def test_a_stepped_star_does_not_count_as_restricted() -> None:
    found = _local("0 3 */2 * mon", "UTC", NOON, 2)

    assert found == ["03-23 03:00+0000", "04-13 03:00+0000"]


def test_a_week_may_end_with_sunday() -> None:
    assert parse("0 3 * * fri-sun").weekdays == (0, 5, 6)


def test_a_range_of_sunday_alone_is_not_the_whole_week() -> None:
    assert parse("0 3 * * 0-0").weekdays == (0,)


def test_names_ranges_steps_and_lists_can_be_mixed() -> None:
    rule = parse("5,10-20/5,59 0-23/12 1 jan,NOV-dec 1-5")

    assert rule.minutes == (5, 10, 15, 20, 59)
    assert rule.hours == (0, 12)
    assert rule.months == (1, 11, 12)


@pytest.mark.parametrize(
    ("macro", "fields"),
    [
        ("@hourly", "0 * * * *"),
        ("@daily", "0 0 * * *"),
        ("@midnight", "0 0 * * *"),
        ("@weekly", "0 0 * * 0"),
        ("@monthly", "0 0 1 * *"),
        ("@yearly", "0 0 1 1 *"),
        (" @Annually ", "0 0 1 1 *"),
    ],
)
def test_a_macro_stands_for_its_fields(macro: str, fields: str) -> None:
    assert parse(macro).text == fields


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("60 3 * * *", "the minute field is '60'"),
        ("0 24 * * *", "the hour field is '24'"),
        ("0 3 0 * *", "the day of month field is '0'"),
        ("0 3 * 13 *", "the month field is '13'"),
        ("0 3 * * 8", "the day of week field is '8'"),
        ("0 3 * * monday", "the day of week field is 'monday'"),
        ("0 3 * mon *", "the month field is 'mon'"),
        ("*/0 3 * * *", "the minute field is '*/0'"),
        ("*/90 3 * * *", "the minute field is '*/90'"),
        ("5/15 3 * * *", "a step needs a range, as in 5-59/15"),
        ("0 22-2 * * *", "the range 22-2 runs backwards"),
        ("0 3 L * *", "the day of month field is 'l'"),
        ("0,,5 3 * * *", "the minute field is '0,,5'"),
        ("-5 3 * * *", "the minute field is '-5'"),
        ("٣ 3 * * *", "the minute field is"),
        ("", "expected five fields"),
        ("0 3 * *", "found 4"),
        ("0 0 3 * * *", "found 6"),
        ("@reboot", "expected one of @yearly"),
        ("0 3 30 2 *", "at most 29 days, so it would never be due"),
        ("0 3 31 4,6 */2", "at most 30 days, so it would never be due"),
        ("0 3 * * *" + " " * 300, "at most 200 characters"),
    ],
)
def test_an_unusable_rule_is_refused_by_name(text: str, named: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(named)):
        parse(text)


def test_the_thirtieth_of_february_or_a_monday_is_due_on_mondays() -> None:
    assert _local("0 3 30 2 mon", "UTC", NOON, 1) == ["02-01 03:00+0000"]


def test_leap_days_are_found_years_ahead() -> None:
    (found,) = next_times("0 3 29 2 *", "UTC", NOON, 1)

    assert found == datetime(2028, 2, 29, 3, tzinfo=UTC)


def test_the_calendar_ends_without_an_error() -> None:
    found = next_times("0 3 * * *", "UTC", datetime(9999, 12, 30, tzinfo=UTC), 5)

    assert [moment.day for moment in found] == [30, 31]


@pytest.mark.parametrize("timezone", ["Mars/Base", "../../etc/passwd", "Europe", "/etc", "\0"])
def test_an_unknown_zone_is_refused(timezone: str) -> None:
    with pytest.raises(InvalidInput, match="expected a name such as Europe/Berlin"):
        validate("0 3 * * *", timezone)


def test_an_empty_zone_is_the_zone_of_the_machine() -> None:
    validate("0 3 * * *", "")


def test_an_autumn_time_shown_twice_is_due_once_at_the_first() -> None:
    after = datetime(2026, 10, 24, 12, tzinfo=UTC)

    found = _local("30 2 * * *", "Europe/Berlin", after, 2)

    assert found == ["10-25 02:30+0200", "10-26 02:30+0100"]


def test_asking_between_the_two_occurrences_leads_to_the_next_day() -> None:
    between = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)  # 02:00 for the second time

    assert _local("30 2 * * *", "Europe/Berlin", between, 1) == ["10-26 02:30+0100"]


def test_a_skipped_spring_time_is_due_right_after_the_change() -> None:
    after = datetime(2026, 3, 28, 12, tzinfo=UTC)

    found = _local("30 2 * * *", "Europe/Berlin", after, 2)

    assert found == ["03-29 03:00+0200", "03-30 02:30+0200"]


def test_several_skipped_times_are_due_together_once() -> None:
    after = datetime(2026, 3, 29, 0, 50, tzinfo=UTC)

    found = _local("*/20 * * * *", "Europe/Berlin", after, 2)

    assert found == ["03-29 03:00+0200", "03-29 03:20+0200"]


def test_a_skipped_day_is_due_at_its_end() -> None:
    """Samoa crossed the date line: after 29 December 2011 came the 31st."""
    after = datetime(2011, 12, 30, 9, tzinfo=UTC)

    found = _local("0 12 * * *", "Pacific/Apia", after, 2)

    assert found == ["12-31 00:00+1400", "12-31 12:00+1400"]


ZONES = {  # a zone, and the days around a change of its clock
    "Europe/Berlin": [datetime(2026, 3, 28), datetime(2026, 10, 24)],
    "America/New_York": [datetime(2026, 3, 7), datetime(2026, 10, 31)],
    "Australia/Lord_Howe": [datetime(2026, 4, 4), datetime(2026, 10, 3)],  # half an hour
    "America/Santiago": [datetime(2026, 4, 3), datetime(2026, 9, 5)],  # at midnight
    "Africa/Casablanca": [datetime(2026, 2, 14), datetime(2026, 3, 21)],
    "Antarctica/Troll": [datetime(2026, 3, 28), datetime(2026, 10, 24)],  # two hours
    "Pacific/Chatham": [datetime(2026, 4, 4), datetime(2026, 9, 26)],  # at a quarter to
    "Pacific/Apia": [datetime(2011, 12, 28), datetime(2026, 2, 27)],  # a whole day
    "Asia/Shanghai": [datetime(2026, 12, 30)],  # none
}


def _number_field(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    span = st.tuples(number, number).map(sorted).map(lambda ends: f"{ends[0]}-{ends[1]}")
    stepped = st.tuples(st.one_of(st.just("*"), span), st.integers(1, high))
    element = st.one_of(
        number.map(str), number.map(str), span, stepped.map(lambda pair: f"{pair[0]}/{pair[1]}")
    )
    return st.one_of(st.just("*"), st.lists(element, min_size=1, max_size=3).map(",".join))


RULES = st.tuples(
    _number_field(0, 59),
    _number_field(0, 23),
    _number_field(1, 31),
    _number_field(1, 12),
    _number_field(0, 7),
).map(" ".join)


def _fits(field: str, value: int, first: int = 0) -> bool:
    """Whether the field names `value`: a second implementation, element by element."""
    for element in field.split(","):
        span, _, step = element.partition("/")
        low, _, high = (f"{first}-99" if span == "*" else span).partition("-")
        if int(low) <= value <= int(high or low) and (value - int(low)) % int(step or 1) == 0:
            return True
    return False


def _named(text: str, local: datetime) -> bool:
    minute, hour, day, month, weekday = text.split()
    by_month = _fits(day, local.day, first=1)
    by_week = _fits(weekday, local.isoweekday()) or _fits(weekday, local.isoweekday() % 7)
    both = day.startswith("*") or weekday.startswith("*")
    return (
        _fits(minute, local.minute)
        and _fits(hour, local.hour)
        and _fits(month, local.month, first=1)
        and ((by_month and by_week) if both else (by_month or by_week))
    )


def _minute_by_minute(text: str, timezone: str, after: datetime, until: datetime) -> list[datetime]:
    """A second implementation: minute by minute, due is what is shown or skipped the first time."""
    zone = ZoneInfo(timezone)
    moment = after - timedelta(days=1)
    seen = moment.astimezone(zone).replace(tzinfo=None, fold=0)
    due = []
    while moment < until:
        moment += timedelta(minutes=1)
        shown = moment.astimezone(zone).replace(tzinfo=None, fold=0)
        is_due = False
        while seen < shown:
            seen += timedelta(minutes=1)
            is_due = is_due or _named(text, seen)
        if is_due and moment > after:
            due.append(moment)
    return due


@hypothesis.settings(deadline=None)
@given(
    text=RULES,
    timezone_and_day=st.sampled_from([(zone, day) for zone, days in ZONES.items() for day in days]),
    minutes=st.integers(0, 2 * 24 * 60),
)
def test_the_next_moment_agrees_with_a_search_minute_by_minute(
    text: str, timezone_and_day: tuple[str, datetime], minutes: int
) -> None:
    timezone, day = timezone_and_day
    after = day.replace(tzinfo=UTC) + timedelta(minutes=minutes)
    until = after + timedelta(days=2)
    try:
        parse(text)
    except InvalidInput:
        return  # a date that never occurs, or a step longer than its field

    expected = _minute_by_minute(text, timezone, after, until)
    found = next_times(text, timezone, after, len(expected) + 1)

    assert [moment for moment in found if moment <= until] == expected


@given(text=st.text(st.characters(codec="utf-8"), max_size=40))
def test_any_text_is_a_rule_or_is_refused_with_a_message(text: str) -> None:
    try:
        parse(text)
    except InvalidInput as error:
        assert str(error).startswith("cron")
