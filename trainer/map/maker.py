"""Keep a map of the live version: computed in one separate process, between runs."""

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

POLL_SECONDS = 2.0
STOP_SECONDS = 1.0
RECORDED = 3
"""Exit code of a process that recorded why there is no map; 1 is the code of any bug."""
TRIES = 3
"""After this many failures a map is not tried again until it is requested again."""
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

Wanted = tuple[int, datetime | None]
log = structlog.get_logger(__name__)


class MapMaker:
    """Starts `trainer.map.embed` if the live version's map is wanted, and stops it on request."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._process: subprocess.Popen[bytes] | None = None
        self._wanted: Wanted = (0, None)
        self._polled_at = -POLL_SECONDS
        self._tries: Counter[Wanted] = Counter()

    @property
    def is_at_work(self) -> bool:
        """Whether a process was started whose end has not been handled yet."""
        return self._process is not None

    def poll(self) -> None:
        """Handle a process that ended, and start one if a map is wanted; at most every 2 s."""
        now = time.monotonic()
        if now - self._polled_at < POLL_SECONDS:
            return
        self._polled_at = now
        if self._process is not None and self._process.poll() is not None:
            self._handle_end(self._process.returncode)
        with self._database.read() as session:
            wanted = maps.wanted(session)
        if wanted is None:
            return
        if self._process is not None and wanted[0] != self._wanted[0]:
            self.stop()  # another version has gone live
        if self._process is None and self._tries[wanted] < TRIES:
            self._tries[wanted] += 1
            self._wanted = wanted
            self._process = subprocess.Popen(
                [sys.executable, "-m", "trainer.map.embed", str(wanted[0])],
                env=self._settings.environment() | ONE_THREAD,
                stdin=subprocess.DEVNULL,
            )

    def make_now(self) -> None:
        """Make the wanted map, if any, and wait for it. Errors are logged."""
        self._polled_at = -POLL_SECONDS
        try:
            self.poll()
            if self._process is not None:
                self._handle_end(self._process.wait())
        except InkloopError as error:
            log.warning("map not made", why=str(error))

    def stop(self) -> None:
        """Kill the process. Its map is still wanted, and a later poll starts it again.

        If the process has ended already, its end is handled as in `poll`.
        """
        process = self._process
        if process is None:
            return
        if process.poll() is not None:
            self._handle_end(process.returncode)
            return
        process.kill()
        process.wait(STOP_SECONDS)
        self._process = None
        self._tries[self._wanted] -= 1  # stopped by us: not a failure
        with self._database.write() as session:
            maps.end_attempt(session, self._wanted[0], None)

    def _handle_end(self, exit_code: int) -> None:
        self._process = None
        if exit_code in (0, RECORDED):
            return
        log.warning("map process died", version=self._wanted[0], exit_code=exit_code)
        with self._database.write() as session:
            maps.end_attempt(session, self._wanted[0], "died")
