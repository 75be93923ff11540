"""A real trainer process under libfaketime, whose clock leaps through a year of changes.

`python -m benchmarks.system.faketime` is that process: it keeps the schedule as always, and ends
each run at once, since nothing is to be learned here.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select

from core.base.errors import InkloopError, InvalidInput
from core.base.settings import Settings
from core.schedule.due import change_schedule
from core.storage import migrate
from core.storage.database import Database
from core.storage.tables import Run
from trainer.pipeline.interface import Claim, Pipeline, Progress
from trainer.process.main import Options, run

LIBRARIES = ("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
             "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
             "/usr/lib64/faketime/libfaketime.so.1")  # fmt: skip
RULE, ZONE = "30 2 * * *", "Europe/Berlin"
BEGIN = "2026-03-28 12:00:00"
LEAPS = (
    ("2026-03-29 01:00:05", "2026-03-29 01:00:00"),  # 02:30 is leapt over: due at 03:00
    ("2026-03-29 12:00:00", None),
    ("2026-10-24 12:00:00", "2026-03-30 00:30:00"),  # asleep for months: one run
    ("2026-10-25 00:30:05", "2026-10-25 00:30:00"),  # 02:30 for the first time
    ("2026-10-25 01:30:05", None),  # … and for the second
    ("2026-10-22 12:00:00", None),  # the clock is set back
    ("2026-10-24 00:30:05", "2026-10-23 00:30:00"),  # two nights that had been slept through: one
    ("2026-10-25 00:30:05", None),  # had its run before the clock was set back
    ("2026-10-25 12:00:00", None),
    ("2026-10-26 01:30:05", "2026-10-26 01:30:00"),
)
"""What the clock says next (UTC), and the moment that has to give a run then."""
START_SECONDS, LOOK_SECONDS, SETTLE_SECONDS = 120.0, 0.1, 3.5


def leaps() -> dict[str, Any]:
    """Walk through all leaps. Returns: how many did what was promised; no library, no figure."""
    library = next((path for path in LIBRARIES if Path(path).exists()), None)
    if library is None:
        return {"is_there": False}
    with tempfile.TemporaryDirectory(prefix="inkloop-bench-") as folder:
        return {"is_there": True} | _leap(Path(folder), library)


def _leap(folder: Path, library: str) -> dict[str, Any]:
    settings = Settings.from_env({}, instance=folder / "instance")
    migrate.upgrade(settings)
    database = Database(settings)
    with database.write() as session:
        change_schedule(
            session, rule=RULE, timezone=ZONE, min_new_drawings=0, enabled=True, by="bench",
            now=_moment(BEGIN),
        )  # fmt: skip
    clock = folder / "clock"
    _set(clock, BEGIN)
    environment = os.environ | {
        "INKLOOP_INSTANCE": str(settings.instance),
        "LD_PRELOAD": library,
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.system.faketime"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _until(partial(_has_runs, database, 1), "the trainer is there")  # the first run, undue
        wrong: list[str] = []
        wanted: list[datetime | None] = [None]
        for says, due in LEAPS:
            _set(clock, says)
            wanted += [_moment(due)] if due is not None else []
            with contextlib.suppress(InkloopError):
                _until(partial(_has_runs, database, len(wanted)), "the run is over")
            time.sleep(SETTLE_SECONDS)  # what must not happen cannot be awaited
            found = _due(database)
            if found != wanted:
                wrong.append(f"{says}: {[str(one) for one in found[len(wanted) - 1 :]]}")
                wanted = found
    finally:
        process.terminate()
        process.wait()
        database.dispose()
    return {"n": len(LEAPS), "n_right": len(LEAPS) - len(wrong), "wrong": wrong}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _set(clock: Path, says: str) -> None:
    """As an offset: a given time would be counted from the start of the process."""
    partial = clock.with_suffix(".partial")
    partial.write_text(f"{_moment(says).timestamp() - time.time():+.3f}s\n")
    partial.replace(clock)


def _due(database: Database) -> list[datetime | None]:
    """The moments of all runs that are over, in the order of the runs."""
    with database.read() as session:
        found = select(Run.due_at).where(Run.finished_at.is_not(None)).order_by(Run.id)
        return list(session.scalars(found))


def _has_runs(database: Database, n: int) -> bool:
    return len(_due(database)) >= n


def _until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise InkloopError(f"waited {START_SECONDS:.0f} s in vain until {what}")
        time.sleep(LOOK_SECONDS)


def _load(_settings: Settings, _database: Database) -> Pipeline:
    def run_pipeline(_claim: Claim, _progress: Progress) -> None:
        raise InvalidInput("nothing is learned here")

    return run_pipeline


if __name__ == "__main__":
    sys.exit(run(Options(), _load))
