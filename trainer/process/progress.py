"""How far a run is: into the database for the pages, and the moment to notice that it must stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from core.base.clock import utc_now
from core.base.errors import Cancelled, InkloopError
from core.runs import lifecycle as runs
from core.storage.database import Database
from trainer.process.lease import HeldLease

WRITE_EVERY_SECONDS = 0.5
"""Half of the second within which a page must see progress, and a run its cancellation."""


class Stopping(InkloopError):
    """The trainer is being stopped: the run is put back and goes on at the next start."""


class Watcher(Protocol):
    """Who else is told of a run besides the database, at every step."""

    def enter(self, phase: str) -> None:
        """A phase begins."""

    def add(
        self, phase: str, step: int, n_steps: int, *, loss: float | None, accuracy: float | None
    ) -> None:
        """`step` of `n_steps` of the phase are done."""


class Progress:
    """Told of every step by whatever takes time; writes some of them, in transactions of its own.

    Every call may raise: Stopping, if this trainer is asked to stop; Cancelled, if somebody asked
    the run to stop; LeaseLost, if another trainer took over.
    """

    def __init__(
        self,
        database: Database,
        run_id: int,
        lease: HeldLease,
        stop: threading.Event,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._run_id = run_id
        self._lease = lease
        self._stop = stop
        self._watchers: list[Watcher] = []
        self._clock = clock
        self._phase = ""
        self._written_at = 0.0

    def tell(self, watcher: Watcher) -> None:
        """Tell this one of every step, too."""
        self._watchers.append(watcher)

    def enter(self, phase: str) -> None:
        """A phase begins. Entering the one that is on anew is no news for the run's log."""
        is_new = phase != self._phase
        self._phase = phase
        for watcher in self._watchers:
            watcher.enter(phase)
        self._write(None, None, None, None, enters=is_new)

    def say(self, name: str, **facts: Any) -> None:
        """Add a line to the run's log, by one of the names in `core.runs.log_lines`."""
        self.check()
        with self._database.write() as session:
            runs.add_fenced_line(
                session,
                self._run_id,
                name,
                fence=self._lease.fence,
                now=self._clock(),
                **facts,
            )

    def step(
        self,
        step: int,
        n_steps: int,
        *,
        loss: float | None = None,
        accuracy: float | None = None,
    ) -> None:
        """`step` of `n_steps` of this phase are done; losses in nats, accuracies 0 to 1."""
        self.check()
        for watcher in self._watchers:
            watcher.add(self._phase, step, n_steps, loss=loss, accuracy=accuracy)
        is_due = time.monotonic() - self._written_at >= WRITE_EVERY_SECONDS
        if is_due or step >= n_steps:
            self._write(step, n_steps, loss, accuracy)

    def check(self) -> None:
        """Find out, without the database, whether to go on."""
        if self._stop.is_set():
            raise Stopping("the trainer is being stopped: the run goes on at its next start")
        self._lease.check()

    def look(self) -> None:
        """Find out whether to go on, also from the database, where nothing counts steps."""
        self._write(None, None, None, None)

    def _write(
        self,
        step: int | None,
        n_steps: int | None,
        loss: float | None,
        accuracy: float | None,
        *,
        enters: bool = False,
    ) -> None:
        self.check()
        with self._database.write() as session:
            is_cancelled = runs.record_progress(
                session,
                self._run_id,
                fence=self._lease.fence,
                phase=self._phase,
                now=self._clock(),
                step=step,
                n_steps=n_steps,
                loss=loss,
                accuracy=accuracy,
                enters=enters,
            )
        self._written_at = time.monotonic()
        if is_cancelled:
            raise Cancelled("the run was stopped because somebody asked for it")
