"""Progress of a run in the database, for the pages; and the requests to stop or cancel it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from core.base.clock import utc_now
from core.base.errors import Cancelled, InkloopError
from core.runs import lifecycle as runs
from core.storage.database import Database
from trainer.pipeline.interface import ProgressListener
from trainer.process.lease import HeldLease

WRITE_EVERY_SECONDS = 0.5
"""Half of the second within which pages must show progress and runs must notice a cancellation."""


class Stopping(InkloopError):
    """The trainer is being stopped: the run is queued again and continues at the next start."""


class RunProgress:
    """Writes the progress of one run: see `trainer.pipeline.interface.Progress`.

    Steps are written at intervals, in transactions of their own. Each call may raise Stopping, if
    this trainer is to stop; Cancelled, if a person cancelled the run; LeaseLost, if another trainer
    took over.
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
        self._listeners: list[ProgressListener] = []
        self._clock = clock
        self._phase = ""
        self._written_at = 0.0

    def add_listener(self, listener: ProgressListener) -> None:
        """Report each later step to this listener too."""
        self._listeners.append(listener)

    def enter(self, phase: str) -> None:
        """Begin a phase. Entering the current phase again adds no line to the run's log."""
        is_new = phase != self._phase
        self._phase = phase
        for listener in self._listeners:
            listener.enter(phase)
        self._write(None, None, None, None, enters=is_new)

    def log(self, name: str, **facts: Any) -> None:
        """Add a line to the run's log; `core.runs.log_lines` renders it."""
        self._check()
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
        """Report that `step` of `n_steps` of this phase are done. Loss in nats, accuracy 0 to 1."""
        self._check()
        for listener in self._listeners:
            listener.step(self._phase, step, n_steps, loss=loss, accuracy=accuracy)
        is_due = time.monotonic() - self._written_at >= WRITE_EVERY_SECONDS
        if is_due or step >= n_steps:
            self._write(step, n_steps, loss, accuracy)

    def check_cancelled(self) -> None:
        """Check for a request to end the run, also in the database."""
        self._write(None, None, None, None)

    def _check(self) -> None:
        """Check for a request to stop and for the lease, without the database."""
        if self._stop.is_set():
            raise Stopping("the trainer is being stopped: the run continues at its next start")
        self._lease.check()

    def _write(
        self,
        step: int | None,
        n_steps: int | None,
        loss: float | None,
        accuracy: float | None,
        *,
        enters: bool = False,
    ) -> None:
        self._check()
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
            raise Cancelled("the run was cancelled on request")
