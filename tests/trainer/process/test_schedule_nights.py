"""Nightly runs of one trainer around daylight-saving changes: none is lost, none runs twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from core.base.kinds import RunStatus
from core.schedule.due import change_schedule
from core.storage.database import Database
from core.storage.tables import Run
from trainer.process.schedule import Ticker

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
CHANGES = {
    # Zone, a moment before the change of the clock, the due moments of the four nights after it.
    "spring, 02:30 is skipped": (
        "Europe/Berlin", "2026-03-28T12:00", ["29T01:00", "30T00:30", "31T00:30"],
    ),
    "autumn, 02:30 comes twice": (
        "Europe/Berlin", "2026-10-24T12:00", ["25T00:30", "26T01:30", "27T01:30"],
    ),
    "autumn, 02:00 comes again half an hour later": (
        "Australia/Lord_Howe", "2026-04-04T12:00", ["04T16:00", "05T16:00", "06T16:00"],
    ),
}  # fmt: skip


class NightlyTrainer:
    """A schedule at 02:30 with an injected clock; each queued run ends at once."""

    def __init__(self, database: Database, zone: str, now: datetime) -> None:
        self._database = database
        self._now = now
        with database.write() as session:
            change_schedule(
                session, rule="30 2 * * *", timezone=zone, min_new_drawings=0, enabled=True,
                by="test", now=now,
            )  # fmt: skip
        self._ticker = Ticker(database, lambda: self._now)

    def look(self, now: datetime) -> None:
        """Let the schedule run at this moment, and end the run that it queues."""
        self._now = now
        self._ticker.follow()
        with self._database.write() as session:
            ended = {"status": RunStatus.FAILED, "finished_at": now}
            session.execute(update(Run).where(Run.finished_at.is_(None)).values(ended))

    def due_moments(self) -> list[datetime | None]:
        """The due moment of each run, in the order of the runs."""
        with self._database.read() as session:
            return list(session.scalars(select(Run.due_at).order_by(Run.id)))


def _every(hours: float, begin: datetime, days: int) -> Iterator[datetime]:
    for step in range(int(days * 24 / hours) + 1):
        yield begin + timedelta(hours=hours * step)


def _moments(begin: datetime, nights: list[str]) -> list[datetime]:
    return [datetime.fromisoformat(f"{begin:%Y-%m}-{one}+00:00") for one in nights]


@pytest.fixture(params=CHANGES.values(), ids=list(CHANGES))
def change(request: pytest.FixtureRequest) -> tuple[str, datetime, list[datetime]]:
    zone, begin, nights = request.param
    moment = datetime.fromisoformat(begin + "+00:00")
    return zone, moment, _moments(moment, nights)


def test_a_trainer_that_is_always_awake_runs_once_each_night(
    database: Database, change: tuple[str, datetime, list[datetime]]
) -> None:
    zone, begin, due = change
    trainer = NightlyTrainer(database, zone, begin)

    for now in _every(0.25, begin, days=3):
        trainer.look(now)

    assert trainer.due_moments()[: len(due)] == due


def test_nights_missed_while_the_machine_slept_give_one_run(
    database: Database, change: tuple[str, datetime, list[datetime]]
) -> None:
    zone, begin, due = change
    trainer = NightlyTrainer(database, zone, begin)
    trainer.look(begin)

    trainer.look(due[1] + timedelta(hours=1))  # slept through two nights
    trainer.look(due[2])

    assert trainer.due_moments() == [due[0], due[2]]


def test_a_clock_that_is_set_back_repeats_no_night(
    database: Database, change: tuple[str, datetime, list[datetime]]
) -> None:
    zone, begin, due = change
    trainer = NightlyTrainer(database, zone, begin)
    trainer.look(due[0])

    trainer.look(due[0] - timedelta(hours=3))
    trainer.look(due[0])
    trainer.look(due[1])
    trainer.look(due[1] - timedelta(hours=2))
    trainer.look(due[1] + timedelta(minutes=1))

    assert trainer.due_moments() == [due[0], due[1]]
