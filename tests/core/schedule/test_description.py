"""Cron rules in words."""

from __future__ import annotations

import pytest

from core.schedule.description import in_words


@pytest.mark.parametrize(
    ("rule", "english", "chinese"),
    [
        ("0 3 * * *", "every day at 03:00", "每天 03:00"),
        ("@daily", "every day at 00:00", "每天 00:00"),
        ("30 3,15 * * *", "every day at 03:30 and 15:30", "每天 03:30和15:30"),
        ("0 3 * * 0", "every Sunday at 03:00", "每周日 03:00"),
        ("0 3 * * 1-5", "Monday to Friday at 03:00", "周一至周五 03:00"),
        ("0 3 * * sat,sun", "every Saturday and Sunday at 03:00", "每周六和周日 03:00"),
        (
            "0 3 * * 0,1,3",
            "every Monday, Wednesday and Sunday at 03:00",
            "每周一、周三和周日 03:00",
        ),
        ("0 3 1,15 * *", "on day 1 and 15 of every month at 03:00", "每月1和15日 03:00"),
        ("@yearly", "on day 1 of January at 00:00", "每年1月1日 00:00"),
        ("* * * * *", "every minute", "每分钟"),
        ("*/15 * * * *", "every 15 minutes", "每15分钟"),
        ("0 * * * *", "every hour", "每小时整点"),
        ("5 * * * *", "every hour, 5 minutes past", "每小时第5分钟"),
        ("0 */6 * * *", "every 6 hours", "每6小时"),
        ("0 3 13 * 5", "by the rule 0 3 13 * 5", "按规则 0 3 13 * 5"),
        ("*/7 * * * *", "by the rule */7 * * * *", "按规则 */7 * * * *"),
        ("0 3 * 1 *", "by the rule 0 3 * 1 *", "按规则 0 3 * 1 *"),
    ],
)
def test_a_rule_reads_as_people_say_it(rule: str, english: str, chinese: str) -> None:
    assert (in_words(rule, "en"), in_words(rule, "zh-CN")) == (english, chinese)
