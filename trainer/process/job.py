"""One run, from the claim to its end, and what happens when it fails.

A run can be killed between any two statements. What it leaves is a row in `running` whose lease is
over, perhaps a checkpoint, perhaps files without a row: the next holder of the lease adopts the
row, goes on from the checkpoint, and removes the files. A version counts with its row, which is
written in one transaction with the verdict, the promotion and the end of the run.

What is done in a run is in `steps.py`; this module needs no torch.
"""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

import structlog
from sqlalchemy.orm import Session

from core.base.clock import utc_now
from core.base.errors import (
    Cancelled,
    DataError,
    InkloopError,
    InvalidInput,
    LeaseLost,
    ModelFileError,
    StorageFull,
)
from core.base.kinds import RunStatus
from core.base.settings import Settings
from core.drawings import queries as drawing_queries
from core.runs import lease as run_lease
from core.runs import lifecycle as runs
from core.schedule import due
from core.storage.database import Database
from core.storage.model_store import ModelStore
from core.storage.tables import Run
from core.versions import queries as version_queries
from trainer.process.lease import HeldLease, try_lease
from trainer.process.progress import Progress, Stopping
from trainer.process.schedule import new_seed

ATTEMPTS = 2
"""A run that was broken off so often is not tried again: it may be what breaks the trainer."""

KEPT = "runs"
"""Below the instance: a folder for each run that is not over, see `checkpoints.py`."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    """A run that this process has to do."""

    run_id: int
    seed: int
    n_attempts: int
    """This one included."""
    fence: int


CarryOut = Callable[[Claim, Progress], None]


class BrokenOff(InkloopError):
    """The trainer died in the middle of a run, more than once."""


class Nothing(Enum):
    """Why no run was done."""

    DUE = auto()
    """There is nothing to do."""
    FREE = auto()
    """Another trainer holds the lease."""


@dataclass
class Desk:
    """Where runs are claimed and ended. One per process."""

    settings: Settings
    database: Database
    carry_out: CarryOut
    stop: threading.Event = field(default_factory=threading.Event)
    claim: Claim | None = field(default=None, init=False)
    """The run in hand, for another thread that has to put it back."""

    def do_next_run(self) -> Run | None:
        """Do the run that is queued, or that a dead trainer left. None if there was nothing to do.

        Returns: the run as it stands afterwards.
        """
        with self.database.read() as session:
            if runs.open_run(session) is None:
                return None
        done = self._under_lease(self._claim)
        return done if isinstance(done, Run) else None

    def do_one_run(self, *, is_forced: bool) -> Run | Nothing:
        """Do the run that is open, else ask for one if there is enough to learn from."""

        def claim(session: Session, fence: int) -> Run | None:
            found = self._claim(session, fence)
            if found is None and (is_forced or self._is_due(session)):
                runs.queue_run(
                    session,
                    requested_by="command",
                    is_forced=is_forced,
                    seed=new_seed(),
                    now=utc_now(),
                )
                found = self._claim(session, fence)
            return found

        return self._under_lease(claim)

    def put_back(self) -> None:
        """Leave the run in hand, if there is one, for the next trainer, and let that one in.

        For another thread than the one that works on it: that one is refused from now on.
        """
        claim = self.claim
        if claim is None:
            return
        with contextlib.suppress(LeaseLost), self.database.write() as session:
            runs.put_back(session, claim.run_id, fence=claim.fence, now=utc_now())
            run_lease.release_lease(session, claim.fence)

    def _under_lease(self, claim: Callable[[Session, int], Run | None]) -> Run | Nothing:
        with try_lease(self.database, self.settings.instance) as lease:
            if lease is None:
                return Nothing.FREE
            try:
                with self.database.write() as session:
                    run = claim(session, lease.fence)
                    if run is None:
                        return Nothing.DUE
                    self._clear_away(session, run)
                    self.claim = Claim(run.id, run.seed, run.n_attempts, lease.fence)
            except LeaseLost as error:  # it slept before it had begun
                log.warning("given up", why=str(error))
                return Nothing.FREE
            try:
                return self._do(self.claim, lease)
            finally:
                self.claim = None

    def _clear_away(self, session: Session, run: Run) -> None:
        """Remove what dead trainers left, but for the checkpoint of the run that goes on.

        Under the write lock, so that nobody can take over and publish meanwhile.
        """
        store = ModelStore(self.settings.models_dir)
        store.sweep(version_queries.manifest_hashes(session), now=utc_now())
        for folder in (self.settings.instance / KEPT).glob("*"):
            if folder.name != f"{run.id:05d}":
                shutil.rmtree(folder, ignore_errors=True)

    def _claim(self, session: Session, fence: int) -> Run | None:
        now = utc_now()
        orphan = runs.adopt_orphan(session, fence=fence, now=now)
        if orphan is not None:
            log.warning("taking over a run that was broken off", run=orphan.id)
            return orphan
        return runs.claim_next_run(session, fence=fence, now=now)

    def _is_due(self, session: Session) -> bool:
        enough = drawing_queries.n_new(session) >= due.schedule(session).min_new_drawings
        return enough or version_queries.champion(session) is None

    def _do(self, claim: Claim, lease: HeldLease) -> Run:
        with structlog.contextvars.bound_contextvars(run=claim.run_id):
            log.info("run begins", attempt=claim.n_attempts)
            self._guarded(claim, lease)
        with self.database.read() as session:
            run = session.get_one(Run, claim.run_id)
        log.info("run ends", run=run.id, status=run.status, version=run.version)
        return run

    def _guarded(self, claim: Claim, lease: HeldLease) -> None:
        try:
            if claim.n_attempts > ATTEMPTS:
                raise BrokenOff(
                    f"the trainer was broken off {ATTEMPTS} times during this run, perhaps for "
                    "want of memory: look in its log, then ask for a new run. Its drawings stay new"
                )
            self.carry_out(claim, Progress(self.database, claim.run_id, lease, self.stop))
        except Stopping:
            self.put_back()
        except LeaseLost as error:
            log.warning("given up", why=str(error))
        except Cancelled as error:
            self._finish(claim, RunStatus.CANCELLED, str(error))
        except InkloopError as error:
            if not self._is_taken(claim):
                log.warning("failed", why=str(error))
                self._finish(claim, RunStatus.FAILED, str(error), _kind(error))
        except Exception as error:
            if not self._is_taken(claim):
                log.exception("failed")
                self._finish(claim, RunStatus.FAILED, _sentence(error), _kind(error))

    def _is_taken(self, claim: Claim) -> bool:
        """Whether another trainer has the run by now, and has cleared away what this one wrote:
        then whatever went wrong here is no failure of the run."""
        try:
            with self.database.read() as session:
                run_lease.require_fence(session, claim.fence)
        except LeaseLost as error:
            log.warning("given up", why=str(error))
            return True
        except InkloopError:
            return False  # nobody can tell; to write it down will be tried
        return False

    def _finish(
        self, claim: Claim, status: RunStatus, message: str, failure: str | None = None
    ) -> None:
        with contextlib.suppress(LeaseLost), self.database.write() as session:
            runs.finish_run(
                session,
                claim.run_id,
                fence=claim.fence,
                status=status,
                message=message,
                failure=failure,
                now=utc_now(),
            )


_KINDS: tuple[tuple[type[Exception], str], ...] = (
    (BrokenOff, "broken_off"),
    (InvalidInput, "no_drawings"),
    (StorageFull, "disk"),
    (OSError, "disk"),
    (MemoryError, "memory"),
    (ModelFileError, "model_file"),
    (DataError, "data"),
)


def _kind(error: Exception) -> str:
    """One of `core.runs.advice.FAILURES`."""
    return next((kind for cls, kind in _KINDS if isinstance(error, cls)), "unexpected")


def _sentence(error: Exception) -> str:
    what = f"{type(error).__name__}: {error}"
    if isinstance(error, OSError):
        return f"the disk failed or is full ({what}): make room, then ask for a new run"
    if isinstance(error, MemoryError):
        return "there was not enough memory: close other programs, then ask for a new run"
    return (
        f"an error that nobody expected ended the run ({what}): look in the trainer's log. The "
        "live version is untouched and the drawings stay new"
    )
