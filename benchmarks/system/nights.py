"""A year of nights in several zones: a machine that sleeps, and a clock that is set wrong.

The clock is injected, and nothing is waited for. What is due is computed here in another way than
`core.schedule.cron` does: by looking at the zone's clock minute by minute.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from benchmarks.system.schedulers import end_run, every_night
from core.base.settings import Settings
from core.storage.tables import Run
from trainer.process.schedule import Ticker

ZONES = (
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai",
    "America/Santiago", "Africa/Casablanca",
)  # fmt: skip
"""Lord Howe's clock leaps by half an hour, Casablanca's four weeks before and after Ramadan's."""
LOCAL = time(2, 30)
"""Each night by the zone's clock, as the rule of `schedulers.every_night` says."""
BEGIN = date(2026, 1, 1)
MINUTE = timedelta(minutes=1)
LOOKS_A_DAY = 6  # on average
SLEEP_CHANCE = 0.03
"""At each look, that the machine then sleeps: for up to four days."""
N_AROUND = 5
"""Nights before and after, which only a wrong clock sees."""
WRONG_CHANCE = 0.02
"""At each look, that the clock is then wrong for a while: by up to three days, either way."""


def year(folder: Path, zone: str, n_days: int, seed: int) -> dict[str, Any]:
    """Both kinds of trouble in one zone. Returns: nights, runs, and what was not as promised."""
    return {
        "sleeps": _sleeping(folder / "sleeps", zone, n_days, seed),
        "wrong": _wrong_clock(folder / "wrong", zone, n_days, seed),
    }


def moments(zone: str, n_days: int) -> list[datetime]:
    """When the zone's clock first shows 02:30, or has passed it, on these dates and around them.

    Hour by hour while it is over four hours away, more than any clock leaps by; then by the minute.
    """
    found = []
    for offset in range(-N_AROUND, n_days + N_AROUND):
        day = BEGIN + timedelta(days=offset)
        local = datetime.combine(day, LOCAL)
        moment = datetime.combine(day, time(0), UTC) - timedelta(hours=14)  # nowhere earlier
        while _shown(moment + timedelta(hours=4), zone) < local:
            moment += timedelta(hours=1)
        while _shown(moment, zone) < local:
            moment += MINUTE
        found.append(moment)
    return found


def _shown(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _sleeping(folder: Path, zone: str, n_days: int, seed: int) -> dict[str, int]:
    """Each look finds what was due since the last one: one run, for the first of it."""
    due = moments(zone, n_days)[N_AROUND:-N_AROUND]
    wanted, looked_at = [], due[0] - timedelta(hours=1)
    with _Instance(folder, zone, looked_at) as instance:
        for now in _looks(due, random.Random(seed)):  # noqa: S311  (a simulation)
            missed = due[bisect_right(due, looked_at) : bisect_right(due, now)]
            wanted += missed[:1]
            instance.look(now)
            looked_at = now
        runs = instance.runs()
    return {
        "n_nights": len(due),
        "n_wanted": len(wanted),
        "n_runs": runs.total(),
        "n_lost": len(set(wanted) - set(runs)),
        "n_doubled": (runs - Counter(wanted)).total(),
    }


def _until_next_look(chance: random.Random) -> timedelta:
    return timedelta(minutes=chance.randint(1, 2 * 24 * 60 // LOOKS_A_DAY))


def _looks(due: Sequence[datetime], chance: random.Random) -> Iterator[datetime]:
    """When the machine is awake to look: within minutes of each moment, unless it sleeps."""
    now = due[0] - timedelta(hours=1)
    while now < due[-1] + timedelta(hours=1):
        yield now
        now += _until_next_look(chance)
        if chance.random() < SLEEP_CHANCE:
            now += timedelta(minutes=chance.randint(1, 4 * 24 * 60))
    yield now


def _wrong_clock(folder: Path, zone: str, n_days: int, seed: int) -> dict[str, int]:
    """No moment gives two runs, whatever the clock says, and while it is right none is lost."""
    due = moments(zone, n_days)
    chance = random.Random(seed)  # noqa: S311  (a simulation)
    wanted, n_wrong = [], 0
    now = wrong_until = right_before = due[N_AROUND] - timedelta(hours=1)
    error = timedelta(0)
    with _Instance(folder, zone, now) as instance:
        while now < due[-N_AROUND]:
            if now >= wrong_until and error:
                error, right_before = timedelta(0), now
            elif not error and chance.random() < WRONG_CHANCE:
                error = timedelta(minutes=chance.randint(-3 * 24 * 60, 3 * 24 * 60))
                wrong_until = now + timedelta(hours=chance.randint(1, 48))
                n_wrong += 1
            instance.look(now + error)
            if not error:
                # Of what the clock passed while it was right, the first gives a run.
                wanted += due[bisect_right(due, right_before) : bisect_right(due, now)][:1]
                right_before = now
            now += _until_next_look(chance)
        runs = instance.runs()
    return {
        "n_nights": len(due) - 2 * N_AROUND,
        "n_wrong": n_wrong,
        "n_runs": runs.total(),
        "n_lost": len(set(wanted) - set(runs)),
        "n_doubled": sum(n - 1 for n in runs.values()) + len(set(runs) - set(due)),
    }


class _Instance:
    """A database with a schedule, whose runs end as soon as they are asked for."""

    def __init__(self, folder: Path, zone: str, now: datetime) -> None:
        self._database = every_night(Settings.from_env({}, instance=folder), zone, now)
        self._now = now
        self._ticker = Ticker(self._database, lambda: self._now)

    def __enter__(self) -> _Instance:
        return self

    def __exit__(self, *_error: object) -> None:
        self._database.dispose()

    def look(self, now: datetime) -> None:
        """Let the schedule see this moment, and end the run that comes of it."""
        self._now = now
        self._ticker.follow()
        end_run(self._database, now)

    def runs(self) -> Counter[datetime]:
        """How many runs each moment gave."""
        with self._database.read() as session:
            return Counter(m for m in session.scalars(select(Run.due_at)) if m is not None)
