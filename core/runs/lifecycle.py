"""State changes of a run: queued, running, then promoted, held, failed or cancelled.

Each write of a trainer names the fence of its lease, and raises LeaseLost if another trainer has
taken over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from core.base.errors import Conflict, NotFound
from core.base.kinds import RunStatus
from core.runs.lease import lease_lost, require_fence
from core.storage.tables import Drawing, Run, RunDrawing, RunLine, RunMetric
from core.webhooks import deliveries

OPEN = (RunStatus.QUEUED, RunStatus.RUNNING)


def open_run(session: Session) -> Run | None:
    """The run that is queued or running; there is at most one."""
    return session.scalars(select(Run).where(Run.status.in_(OPEN))).one_or_none()


def queue_run(
    session: Session,
    *,
    requested_by: str,
    is_forced: bool,
    seed: int,
    now: datetime,
    due_at: datetime | None = None,
) -> tuple[Run, bool]:
    """Queue a run. Returns it, and whether it is new.

    An open run is returned instead of a new one, and so is the run of the same scheduled moment.
    """
    same_moment = select(Run).where(Run.due_at == due_at) if due_at is not None else None
    found = open_run(session)
    if found is None and same_moment is not None:
        found = session.scalars(same_moment).one_or_none()
    if found is not None:
        return found, False
    run = Run(
        status=RunStatus.QUEUED,
        requested_by=requested_by,
        is_forced=is_forced,
        due_at=due_at,
        queued_at=now,
        n_attempts=0,
        seed=seed,
    )
    session.add(run)
    session.flush()
    add_line(session, run.id, "asked", now=now, by=requested_by.partition(":")[0])
    return run, True


def claim_next_run(session: Session, *, fence: int, now: datetime) -> Run | None:
    """Start the queued run and return it; None if there is none.

    Raises: LeaseLost.
    """
    require_fence(session, fence)
    run = session.scalars(
        update(Run)
        .where(Run.status == RunStatus.QUEUED)
        .values(
            status=RunStatus.RUNNING,
            fence=fence,
            n_attempts=Run.n_attempts + 1,
            started_at=now,
            progress_at=now,
            phase="gather",
        )
        .returning(Run)
    ).one_or_none()
    return _log_start(session, run, now=now)


def adopt_orphan(session: Session, *, fence: int, now: datetime) -> Run | None:
    """Take over the run that a dead trainer left running, and return it; None if there is none.

    Raises: LeaseLost.
    """
    require_fence(session, fence)
    run = session.scalars(
        update(Run)
        .where(Run.status == RunStatus.RUNNING, Run.fence != fence)
        .values(fence=fence, n_attempts=Run.n_attempts + 1, progress_at=now)
        .returning(Run)
    ).one_or_none()
    return _log_start(session, run, now=now)


def _log_start(session: Session, run: Run | None, *, now: datetime) -> Run | None:
    if run is None:
        return None
    begun = select(RunLine.id).where(RunLine.run_id == run.id, RunLine.name == "began").limit(1)
    if session.scalars(begun).one_or_none() is None:
        add_line(session, run.id, "began", now=now)
    else:
        add_line(session, run.id, "resumed", now=now, attempt=run.n_attempts)
    return run


def add_line(session: Session, run_id: int, name: str, *, now: datetime, **facts: Any) -> None:
    """Add a line to a run's log: a name and figures, without personal data.

    The name is one of `core.runs.log_lines.LINES`.
    """
    session.add(RunLine(run_id=run_id, at=now, name=name, facts=facts))


def add_fenced_line(
    session: Session, run_id: int, name: str, *, fence: int, now: datetime, **facts: Any
) -> None:
    """Add a line to the log of the trainer's own run. Raises: LeaseLost."""
    require_fence(session, fence)
    add_line(session, run_id, name, now=now, **facts)


def record_progress(
    session: Session,
    run_id: int,
    *,
    fence: int,
    phase: str,
    now: datetime,
    step: int | None = None,
    n_steps: int | None = None,
    loss: float | None = None,
    accuracy: float | None = None,
    enters: bool = False,
) -> bool:
    """Record the progress of a run. Returns whether its cancellation was requested.

    `enters` adds the start of the phase to the log.

    Raises: LeaseLost, if the run is no longer this trainer's.
    """
    values = {"phase": phase, "step": step, "n_steps": n_steps, "loss": loss, "progress_at": now}
    if accuracy is not None:
        values["accuracy"] = accuracy
    cancel_requested_at = _change_own(session, run_id, fence, values)
    if enters:
        add_line(session, run_id, "phase", now=now, phase=phase)
    if step is not None:
        metric = RunMetric(
            run_id=run_id, phase=phase, step=step, loss=loss, accuracy=accuracy, at=now
        )
        session.add(metric)
    return cancel_requested_at is not None


def describe_run(
    session: Session,
    run_id: int,
    *,
    fence: int,
    base_version: int | None,
    n_new: int,
    n_drawings: int,
) -> None:
    """Record what a run starts from. Raises: LeaseLost."""
    values = {"base_version": base_version, "n_new": n_new, "n_drawings": n_drawings}
    _change_own(session, run_id, fence, values)


def finish_run(
    session: Session,
    run_id: int,
    *,
    fence: int,
    status: RunStatus,
    now: datetime,
    version: int | None = None,
    message: str | None = None,
    failure: str | None = None,
) -> None:
    """End a run. The drawings of a promoted or held run are no longer new.

    Queues the webhook delivery; `trainer.process.notify` sends it later.

    Args:
        message: what went wrong and what to do, for people.
        failure: its kind, one of `core.runs.advice.FAILURES`.

    Raises: LeaseLost, if the run is no longer this trainer's.
    """
    values = {
        "status": status,
        "finished_at": now,
        "version": version,
        "message": message,
        "failure": failure,
    }
    _change_own(session, run_id, fence, values)
    add_line(session, run_id, "ended", now=now, status=str(status), version=version)
    deliveries.add_for_run(session, run_id, str(status), now=now)
    if status in (RunStatus.PROMOTED, RunStatus.HELD):
        mine = select(RunDrawing.drawing_number).where(RunDrawing.run_id == run_id)
        session.execute(
            update(Drawing)
            .where(Drawing.number.in_(mine), Drawing.used_in_run_id.is_(None))
            .values(used_in_run_id=run_id)
            .execution_options(synchronize_session=False)
        )


def put_back(session: Session, run_id: int, *, fence: int, now: datetime) -> None:
    """Queue a run again because its trainer is stopping; the next trainer resumes it.

    It does not count as an attempt. Raises: LeaseLost.
    """
    values = {"status": RunStatus.QUEUED, "n_attempts": Run.n_attempts - 1}
    _change_own(session, run_id, fence, values)
    add_line(session, run_id, "stopped", now=now)


def _change_own(
    session: Session, run_id: int, fence: int, values: Mapping[str, Any]
) -> datetime | None:
    """Change the running run of this trainer. Returns when its cancellation was requested.

    Raises: LeaseLost.
    """
    row = session.execute(
        update(Run)
        .where(Run.id == run_id, Run.fence == fence, Run.status == RunStatus.RUNNING)
        .values(values)
        .returning(Run.cancel_requested_at)
    ).one_or_none()
    if row is None:
        raise lease_lost()
    requested_at: datetime | None = row.cancel_requested_at
    return requested_at


def record_lineage(
    session: Session, run_id: int, rows: Iterable[tuple[int, int, bool]], *, fence: int
) -> None:
    """Record which drawings a run trains on: (drawing number, label, is new).

    Replaces earlier rows of the run, since a resumed run gathers again. Raises: LeaseLost.
    """
    require_fence(session, fence)
    session.execute(delete(RunDrawing).where(RunDrawing.run_id == run_id))
    values = [
        {"run_id": run_id, "drawing_number": number, "label": label, "is_new": is_new}
        for number, label, is_new in rows
    ]
    if values:
        session.execute(insert(RunDrawing), values)


def request_cancel(session: Session, run_id: int, *, now: datetime) -> Run:
    """Cancel a queued run, or ask a running one to stop, which it does within a second.

    Raises: NotFound; Conflict, if the run is over.
    """
    run = session.get(Run, run_id)
    if run is None:
        raise NotFound("run", run_id)
    if run.status == RunStatus.QUEUED:
        run.status = RunStatus.CANCELLED
        run.finished_at = now
        add_line(session, run_id, "ended", now=now, status=run.status, version=None)
    elif run.status == RunStatus.RUNNING:
        if run.cancel_requested_at is None:
            add_line(session, run_id, "cancel_asked", now=now)
        run.cancel_requested_at = run.cancel_requested_at or now
    else:
        raise Conflict(f"run {run_id} is over: it was {run.status}")
    return run
