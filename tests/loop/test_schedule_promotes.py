"""The schedule alone leads to a new version."""

from __future__ import annotations

from pathlib import Path

from tests.support.hands import OddHand
from tests.support.people import Admin, Contributor
from tests.support.running import running, wait_until


def test_a_due_moment_alone_leads_to_a_promotion(instance: Path) -> None:
    hand = OddHand(3)
    with running("up", instance) as inkloop:
        inkloop.wait("/readyz")
        person, admin = Contributor(inkloop), Admin(inkloop)
        for number in range(30):
            person.hand_over(hand.draw(number % 10))

        every_minute = {"cron": "* * * * *", "timezone": "UTC", "min_new_drawings": 20}
        admin.send("PUT", "/api/v1/schedule", {**every_minute, "enabled": True})
        wait_until(
            lambda: inkloop.get("/api/v1/models/champion")["version"] == 2,
            "the schedule has promoted version 2",
            seconds=150,
        )

        run = admin.send("GET", "/api/v1/runs")["items"][0]
        assert run["status"] == "promoted"
        assert run["requested_by"] == "schedule"
