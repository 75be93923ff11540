"""The background thread of each server process: it follows promotions and cleans up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from core.base.clock import utc_now
from core.base.errors import InkloopError
from core.base.kinds import DrawingStatus
from core.drawings.erasing import RESTORE_WITHIN, erase_deleted
from core.storage.database import Database
from core.storage.shared_state import SharedState
from core.storage.tables import Drawing
from server.api.transfers.processes import ImportProcess
from server.background.housekeeping import tidy
from server.limits import LOGIN_WINDOW
from server.services import Services

log = structlog.get_logger()

LOOK_EVERY_SECONDS = 0.5  # each worker must serve a new version within 3 s
COUNT_EVERY_SECONDS = 5.0
ERASE_EVERY_SECONDS = 10.0
FORGET_EVERY_SECONDS = 300.0
IMPORT_EVERY_SECONDS = 1.0
TIDY_EVERY_SECONDS = 600.0


class Background:
    """A daemon thread with periodic tasks. Start it after the fork, in the serving process."""

    def __init__(self, parts: Services) -> None:
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="background", daemon=True)
        self._tasks: list[tuple[float, Callable[[], None]]] = [
            (LOOK_EVERY_SECONDS, parts.live.look),
            (COUNT_EVERY_SECONDS, lambda: parts.counts.add_to(parts.shared_state)),
            (ERASE_EVERY_SECONDS, lambda: erase(parts.database)),
            (FORGET_EVERY_SECONDS, lambda: forget(parts.shared_state)),
            (IMPORT_EVERY_SECONDS, ImportProcess(parts.settings, parts.database).start_if_due),
            (TIDY_EVERY_SECONDS, lambda: tidy(parts.settings, parts.database)),
        ]

    def start(self) -> None:
        """Run each task now, then at its interval.

        The first look for promotions is made before this returns: a worker that replaces a dead
        one must not answer "no version yet" to its first requests.
        """
        _attempt(self._tasks[0][1])
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread and wait for its end."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        due = [0.0] * len(self._tasks)
        while not self._stopped.is_set():
            for place, (interval_seconds, task) in enumerate(self._tasks):
                if time.monotonic() >= due[place]:
                    _attempt(task)
                    due[place] = time.monotonic() + interval_seconds
            self._stopped.wait(LOOK_EVERY_SECONDS)


def _attempt(task: Callable[[], None]) -> None:
    """Run a task; a busy, full or missing database does not end the thread."""
    try:
        task()
    except (InkloopError, SQLAlchemyError, OSError) as exc:
        log.warning("background task failed", problem=str(exc))


def erase(database: Database) -> None:
    """Erase drawings deleted over a minute ago; take the write lock only if there are any."""
    now = utc_now()
    due = select(Drawing.number).where(
        Drawing.status == DrawingStatus.DELETED,
        Drawing.deleted_at < now - RESTORE_WITHIN,
        Drawing.ink != b"",
    )
    with database.read() as session:
        if session.scalars(due.limit(1)).one_or_none() is None:
            return
    with database.write() as session:
        erase_deleted(session, now=now)


def forget(shared_state: SharedState) -> None:
    """Delete expired counts of rate limits."""
    shared_state.forget_hits(window_seconds=LOGIN_WINDOW, now=utc_now())
