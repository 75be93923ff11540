"""What each server process does beside answering: follow promotions, and clear up."""

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
from core.drawings.lifecycle import RESTORE_WITHIN, erase_deleted
from core.storage.database import Database
from core.storage.shared_state import SharedState
from core.storage.tables import Drawing
from server.api.transfers.processes import ImportProcess
from server.background.housekeeping import tidy
from server.limits import LOGIN_WINDOW
from server.services import Services

log = structlog.get_logger()

LOOK_EVERY_SECONDS = 0.5  # every worker has to be on a new version within 3 s
COUNT_EVERY_SECONDS = 5.0
ERASE_EVERY_SECONDS = 10.0
FORGET_EVERY_SECONDS = 300.0
IMPORT_EVERY_SECONDS = 1.0
TIDY_EVERY_SECONDS = 600.0


class Background:
    """A daemon thread. It starts after the fork, in the process that serves."""

    def __init__(self, parts: Services) -> None:
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="background", daemon=True)
        self._tasks: list[tuple[float, Callable[[], None]]] = [
            (LOOK_EVERY_SECONDS, parts.live.look),
            (COUNT_EVERY_SECONDS, lambda: parts.counts.hand_over(parts.shared_state)),
            (ERASE_EVERY_SECONDS, lambda: erase(parts.database)),
            (FORGET_EVERY_SECONDS, lambda: forget(parts.shared_state)),
            (IMPORT_EVERY_SECONDS, ImportProcess(parts.settings, parts.database).look),
            (TIDY_EVERY_SECONDS, lambda: tidy(parts.settings, parts.database)),
        ]

    def start(self) -> None:
        """Do each task now, then at its pace.

        The first look is made before this returns: a worker that replaces a dead one must not
        answer "no version yet" to the first requests.
        """
        _attempt(self._tasks[0][1])
        self._thread.start()

    def stop(self) -> None:
        """End the thread, and wait for it."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        due = [0.0] * len(self._tasks)
        while not self._stopped.is_set():
            for place, (pace_seconds, task) in enumerate(self._tasks):
                if time.monotonic() >= due[place]:
                    _attempt(task)
                    due[place] = time.monotonic() + pace_seconds
            self._stopped.wait(LOOK_EVERY_SECONDS)


def _attempt(task: Callable[[], None]) -> None:
    """A database that is busy, full or gone must not end the thread: the next round tries again."""
    try:
        task()
    except (InkloopError, SQLAlchemyError, OSError) as exc:
        log.warning("background task failed", problem=str(exc))


def erase(database: Database) -> None:
    """Wipe what was deleted over a minute ago; takes the write lock only if there is any."""
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
    """Drop counts of rate limits that no longer matter."""
    shared_state.forget_hits(window_seconds=LOGIN_WINDOW, now=utc_now())
