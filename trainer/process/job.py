"""One run from its claim to its end, including its failures.

A run can be killed between any two statements. It then leaves a row in `running` whose lease has
expired, perhaps a checkpoint, perhaps files without a row. The next holder of the lease adopts the
row, continues from the checkpoint, and removes the files. A version counts once its row exists,
which is added in one transaction with the verdict, the promotion and the end of the run.

The steps of a run are in `trainer.pipeline.run`; this module needs no torch.
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
from trainer.pipeline.interface import RUNS_FOLDER, Claim, Pipeline, run_folder
from trainer.process.lease import HeldLease, try_lease
from trainer.process.progress import RunProgress, Stopping
from trainer.process.schedule import new_seed

ATTEMPTS = 2
"""A run that was interrupted this often is not tried again: it may be what kills the trainer."""

log = structlog.get_logger(__name__)


class Interrupted(InkloopError):
    """The trainer died during a run, more than once."""


class NoRun(Enum):
    """Why no run was carried out."""

    NOT_DUE = auto()
    """No run is queued, and none is due."""
    LEASE_HELD = auto()
    """Another trainer holds the lease."""


@dataclass
class RunQueue:
    """Claims runs, carries them out and ends them. One per process."""

    settings: Settings
    database: Database
    pipeline: Pipeline
    stop: threading.Event = field(default_factory=threading.Event)
    claim: Claim | None = field(default=None, init=False)
    """The current run, so that another thread can queue it again."""

    def run_next(self) -> Run | None:
        """Carry out the run that is queued or was interrupted. None if there is none.

        Returns: the run's row afterwards.
        """
        with self.database.read() as session:
            if runs.open_run(session) is None:
                return None
        done = self._under_lease(self._claim)
        return done if isinstance(done, Run) else None

    def run_one(self, *, is_forced: bool) -> Run | NoRun:
        """Carry out the open run; without one, queue a run if there are enough new drawings."""

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
        """Queue the current run again, if there is one, and release the lease.

        May be called from another thread than the one that works on the run. The writes of that
        thread are refused from then on.
        """
        claim = self.claim
        if claim is None:
            return
        with contextlib.suppress(LeaseLost), self.database.write() as session:
            runs.put_back(session, claim.run_id, fence=claim.fence, now=utc_now())
            run_lease.release_lease(session, claim.fence)

    def _under_lease(self, claim: Callable[[Session, int], Run | None]) -> Run | NoRun:
        with try_lease(self.database, self.settings.instance) as lease:
            if lease is None:
                return NoRun.LEASE_HELD
            try:
                with self.database.write() as session:
                    run = claim(session, lease.fence)
                    if run is None:
                        return NoRun.NOT_DUE
                    self._remove_leftovers(session, run)
                    self.claim = Claim(run.id, run.seed, run.n_attempts, lease.fence)
            except LeaseLost as error:  # suspended between taking the lease and this transaction
                log.warning("lease lost before the run started", why=str(error))
                return NoRun.LEASE_HELD
            try:
                return self._carry_out(self.claim, lease)
            finally:
                self.claim = None

    def _remove_leftovers(self, session: Session, run: Run) -> None:
        """Remove files of trainers that died, except the checkpoint of the run that continues.

        Call it under the write lock, so that no other trainer can take over and publish meanwhile.
        """
        store = ModelStore(self.settings.models_dir)
        store.sweep(version_queries.manifest_hashes(session), now=utc_now())
        kept = run_folder(self.settings.instance, run.id)
        for folder in (self.settings.instance / RUNS_FOLDER).glob("*"):
            if folder != kept:
                shutil.rmtree(folder, ignore_errors=True)

    def _claim(self, session: Session, fence: int) -> Run | None:
        now = utc_now()
        orphan = runs.adopt_orphan(session, fence=fence, now=now)
        if orphan is not None:
            log.warning("continuing an interrupted run", run=orphan.id)
            return orphan
        return runs.claim_next_run(session, fence=fence, now=now)

    def _is_due(self, session: Session) -> bool:
        enough = drawing_queries.n_new(session) >= due.schedule(session).min_new_drawings
        return enough or version_queries.champion(session) is None

    def _carry_out(self, claim: Claim, lease: HeldLease) -> Run:
        with structlog.contextvars.bound_contextvars(run=claim.run_id):
            log.info("run started", attempt=claim.n_attempts)
            self._guarded(claim, lease)
        with self.database.read() as session:
            run = session.get_one(Run, claim.run_id)
        log.info("run ended", run=run.id, status=run.status, version=run.version)
        return run

    def _guarded(self, claim: Claim, lease: HeldLease) -> None:
        try:
            if claim.n_attempts > ATTEMPTS:
                raise Interrupted(
                    f"the trainer died {ATTEMPTS} times during this run, perhaps for lack of "
                    "memory: look in its log, then ask for a new run. Its drawings stay new"
                )
            self.pipeline(claim, RunProgress(self.database, claim.run_id, lease, self.stop))
        except Stopping:
            self.put_back()
        except LeaseLost as error:
            log.warning("run abandoned", why=str(error))
        except Cancelled as error:
            self._finish(claim, RunStatus.CANCELLED, str(error))
        except InkloopError as error:
            if not self._is_taken_over(claim):
                log.warning("run failed", why=str(error))
                self._finish(claim, RunStatus.FAILED, str(error), _kind(error))
        except Exception as error:
            if not self._is_taken_over(claim):
                log.exception("run failed")
                self._finish(claim, RunStatus.FAILED, _sentence(error), _kind(error))

    def _is_taken_over(self, claim: Claim) -> bool:
        """Return whether another trainer has the run now, which may have caused the error.

        It removes the files of this one, so an error here is no failure of the run.
        """
        try:
            with self.database.read() as session:
                run_lease.require_fence(session, claim.fence)
        except LeaseLost as error:
            log.warning("run abandoned", why=str(error))
            return True
        except InkloopError:
            return False  # unknown; `_finish` checks the lease again
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
    (Interrupted, "broken_off"),
    (InvalidInput, "no_drawings"),
    (StorageFull, "disk"),
    (OSError, "disk"),
    (MemoryError, "memory"),
    (ModelFileError, "model_file"),
    (DataError, "data"),
)


def _kind(error: Exception) -> str:
    """Return the error's kind in `core.runs.advice.FAILURES`, which has advice for each."""
    return next((kind for cls, kind in _KINDS if isinstance(error, cls)), "unexpected")


def _sentence(error: Exception) -> str:
    what = f"{type(error).__name__}: {error}"
    if isinstance(error, OSError):
        return f"the disk failed or is full ({what}): make room, then ask for a new run"
    if isinstance(error, MemoryError):
        return "there was not enough memory: close other programs, then ask for a new run"
    return (
        f"an unexpected error ended the run ({what}): look in the trainer's log. The live version "
        "is unchanged and the drawings stay new"
    )
