"""Cron rules described."""

from __future__ import annotations

from typing import Any

import pytest

from core.schedule.description import OFF, describe, phrase


@pytest.mark.parametrize(
    ("rule", "english"),
    [
        ("0 3 * * *", "every day at 03:00"),
        ("@daily", "every day at 00:00"),
        ("30 3,15 * * *", "every day at 03:30 and 15:30"),
        ("0 3 * * 0", "every Sunday at 03:00"),
        ("0 3 * * 1-5", "Monday to Friday at 03:00"),
        ("0 3 * * sat,sun", "every Saturday and Sunday at 03:00"),
        ("0 3 * * 0,1,3", "every Monday, Wednesday and Sunday at 03:00"),
        ("0 3 1,15 * *", "on day 1 and 15 of every month at 03:00"),
        ("@yearly", "on day 1 of January at 00:00"),
        ("* * * * *", "every minute"),
        ("*/15 * * * *", "every 15 minutes"),
        ("0 * * * *", "every hour"),
        ("5 * * * *", "every hour, 5 minutes past"),
        ("0 */6 * * *", "every 6 hours"),
        ("0 3 13 * 5", "by the rule 0 3 13 * 5"),
        ("*/7 * * * *", "by the rule */7 * * * *"),
        ("0 3 * 1 *", "by the rule 0 3 * 1 *"),
    ],
)
def test_a_rule_reads_as_people_say_it(rule: str, english: str) -> None:
    assert phrase(describe(rule)) == english


@pytest.mark.parametrize(
    ("rule", "name", "facts"),
    [
        ("0 3 * * *", "times", {"days": {}, "times": ["03:00"]}),
        ("0 3 * * 0,1,3", "times", {"days": {"weekdays": [1, 3, 0]}, "times": ["03:00"]}),
        ("0 3,4 1 * *", "times", {"days": {"days": [1]}, "times": ["03:00", "04:00"]}),
        ("@yearly", "times", {"days": {"days": [1], "months": [1]}, "times": ["00:00"]}),
        ("*/5 * * * *", "every_n_minutes", {"n": 5}),
        ("0 3 13 * 5", "rule", {"cron": "0 3 13 * 5"}),
    ],
)
def test_a_description_holds_the_figures_that_a_page_needs(
    rule: str, name: str, facts: dict[str, Any]
) -> None:
    described = describe(rule)

    assert (described.name, described.facts) == (name, facts)


def test_a_schedule_that_is_off_says_so() -> None:
    assert phrase(OFF) == "switched off"
