"""Sees to it that the live version has its map: one process beside the runs, never in their way."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from datetime import datetime

import structlog

from core.base.errors import InkloopError
from core.base.settings import Settings
from core.storage.database import Database
from core.versions import maps

LOOK_SECONDS = 2.0
STOP_SECONDS = 1.0
SAID_WHY = 3
"""The exit code of a process that wrote down why there is no map; 1 is that of any bug."""
TRIES = 3
"""A map that failed so often since it was asked for is left until it is asked for again."""
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

Wanted = tuple[int, datetime | None]
log = structlog.get_logger(__name__)


class MapMaker:
    """Starts `trainer.map.embed` when the live version's map is wanted, and ends it when asked."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._process: subprocess.Popen[bytes] | None = None
        self._wanted: Wanted = (0, None)
        self._looked_at = -LOOK_SECONDS
        self._tries: Counter[Wanted] = Counter()

    @property
    def is_at_work(self) -> bool:
        """Whether a process was started that nobody has taken note of since."""
        return self._process is not None

    def look(self) -> None:
        """Take note of what ended, and start what is due; at most once in two seconds."""
        now = time.monotonic()
        if now - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = now
        if self._process is not None and self._process.poll() is not None:
            self._take_note(self._process.returncode)
        with self._database.read() as session:
            wanted = maps.wanted(session)
        if wanted is None:
            return
        if self._process is not None and wanted[0] != self._wanted[0]:
            self.stop()  # another version went live meanwhile
        if self._process is None and self._tries[wanted] < TRIES:
            self._tries[wanted] += 1
            self._wanted = wanted
            self._process = subprocess.Popen(
                [sys.executable, "-m", "trainer.map.embed", str(wanted[0])],
                env=self._settings.environment() | ONE_THREAD,
                stdin=subprocess.DEVNULL,
            )

    def make_now(self) -> None:
        """Make the map that is wanted, if one is, and wait for it; what fails is only logged."""
        self._looked_at = -LOOK_SECONDS
        try:
            self.look()
            if self._process is not None:
                self._take_note(self._process.wait())
        except InkloopError as error:
            log.warning("no map", why=str(error))

    def stop(self) -> None:
        """End the process at once. Its map is wanted still, and the next look begins it anew.

        Of one that has ended by itself already, a note is taken as at any look.
        """
        process = self._process
        if process is None:
            return
        if process.poll() is not None:
            self._take_note(process.returncode)
            return
        process.kill()
        process.wait(STOP_SECONDS)
        self._process = None
        self._tries[self._wanted] -= 1  # being in the way is no failure
        with self._database.write() as session:
            maps.end_attempt(session, self._wanted[0], None)

    def _take_note(self, exit_code: int) -> None:
        self._process = None
        if exit_code in (0, SAID_WHY):
            return
        log.warning("the map's process died", version=self._wanted[0], exit_code=exit_code)
        with self._database.write() as session:
            maps.end_attempt(session, self._wanted[0], "died")
