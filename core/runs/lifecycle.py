"""What may happen to a run, and who may train at all: the lease with its fencing number.

A run is queued, then running, then promoted, held, failed or cancelled. Whatever a trainer writes
about a run names the fence under which it holds the lease; when another trainer has taken over,
no row matches and LeaseLost is raised.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Update, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from core.base.errors import Conflict, LeaseLost, NotFound
from core.base.kinds import RunStatus
from core.storage.tables import Drawing, Lease, Run, RunDrawing, RunLine, RunMetric
from core.webhooks import deliveries as webhook

LEASE = "trainer"
OPEN = (RunStatus.QUEUED, RunStatus.RUNNING)


def take_lease(session: Session, owner: str, *, now: datetime, ttl: timedelta) -> int | None:
    """Become the one who trains, if nobody is or the holder's time is over.

    Returns: the fencing number, higher than all before; None while another one holds the lease.
    """
    free = or_(Lease.owner.is_(None), Lease.owner == owner, Lease.expires_at < now)
    return session.scalars(
        update(Lease)
        .where(Lease.name == LEASE, free)
        .values(owner=owner, fence=Lease.fence + 1, heartbeat_at=now, expires_at=now + ttl)
        .returning(Lease.fence)
    ).one_or_none()


def beat(session: Session, fence: int, *, now: datetime, ttl: timedelta) -> None:
    """Say that the holder is alive. Raises: LeaseLost, if another one took over."""
    kept = session.scalars(
        update(Lease)
        .where(Lease.name == LEASE, Lease.fence == fence, Lease.owner.is_not(None))
        .values(heartbeat_at=now, expires_at=now + ttl)
        .returning(Lease.fence)
    ).one_or_none()
    if kept is None:
        raise _lease_lost()


def release_lease(session: Session, fence: int) -> None:
    """Let the next one in at once; does nothing if somebody else holds it by now."""
    session.execute(
        update(Lease)
        .where(Lease.name == LEASE, Lease.fence == fence)
        .values(owner=None, expires_at=None)
    )


def require_fence(session: Session, fence: int) -> None:
    """Pass only the present holder: call it in the transaction that publishes.

    Raises: LeaseLost. A trainer that slept past its lease and wakes up ends here.
    """
    held = session.scalars(
        select(Lease.fence).where(
            Lease.name == LEASE, Lease.fence == fence, Lease.owner.is_not(None)
        )
    ).one_or_none()
    if held is None:
        raise _lease_lost()


def _lease_lost() -> LeaseLost:
    return LeaseLost("another trainer holds the lease now: this one stops without publishing")


def open_run(session: Session) -> Run | None:
    """The run that is queued or running, if there is one; there is never more than one."""
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
    """Ask for a run. Returns it, and whether it is new.

    While one is open that one is the answer; so is the one that a scheduled moment already had.
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
    """Move the queued run to running and return it; None if there is none.

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
    return _taken_up(session, run, now=now)


def adopt_orphan(session: Session, *, fence: int, now: datetime) -> Run | None:
    """Take over the run that a dead trainer left running; None if there is none.

    Raises: LeaseLost.
    """
    require_fence(session, fence)
    run = session.scalars(
        update(Run)
        .where(Run.status == RunStatus.RUNNING, Run.fence != fence)
        .values(fence=fence, n_attempts=Run.n_attempts + 1, progress_at=now)
        .returning(Run)
    ).one_or_none()
    return _taken_up(session, run, now=now)


def _taken_up(session: Session, run: Run | None, *, now: datetime) -> Run | None:
    if run is None:
        return None
    begun = select(RunLine.id).where(RunLine.run_id == run.id, RunLine.name == "began").limit(1)
    if session.scalars(begun).one_or_none() is None:
        add_line(session, run.id, "began", now=now)
    else:
        add_line(session, run.id, "resumed", now=now, attempt=run.n_attempts)
    return run


def add_line(session: Session, run_id: int, name: str, *, now: datetime, **facts: Any) -> None:
    """Add a line to a run's log: what happened, by name and figures, nothing of any person.

    The name is one of `core.runs.log_lines.LINES`.
    """
    session.add(RunLine(run_id=run_id, at=now, name=name, facts=facts))


def say(
    session: Session, run_id: int, name: str, *, fence: int, now: datetime, **facts: Any
) -> None:
    """Add a line to the log of one's own run. Raises: LeaseLost."""
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
    """Write down how far a run is. Returns whether somebody asked it to stop.

    `enters`: the phase begins with this, which its log says.

    Raises: LeaseLost, if the run is no longer this trainer's.
    """
    values = {"phase": phase, "step": step, "n_steps": n_steps, "loss": loss, "progress_at": now}
    if accuracy is not None:
        values["accuracy"] = accuracy
    row = session.execute(
        _mine(run_id, fence).values(values).returning(Run.cancel_requested_at)
    ).one_or_none()
    if row is None:
        raise _lease_lost()
    if enters:
        add_line(session, run_id, "phase", now=now, phase=phase)
    if step is not None:
        metric = RunMetric(
            run_id=run_id, phase=phase, step=step, loss=loss, accuracy=accuracy, at=now
        )
        session.add(metric)
    return row.cancel_requested_at is not None


def describe_run(
    session: Session,
    run_id: int,
    *,
    fence: int,
    base_version: int | None,
    n_new: int,
    n_drawings: int,
) -> None:
    """Write down what a run starts from. Raises: LeaseLost."""
    values = {"base_version": base_version, "n_new": n_new, "n_drawings": n_drawings}
    if session.execute(_mine(run_id, fence).values(values).returning(Run.id)).one_or_none() is None:
        raise _lease_lost()


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
    """End a run. A promoted or held one uses up the novelty of its drawings.

    Only records that the webhook is due; `trainer.process.notify` delivers it later.

    Args:
        message: what went wrong and what to do, for people.
        failure: the kind of it, one of `core.runs.advice.FAILURES`.

    Raises: LeaseLost, if the run is no longer this trainer's.
    """
    values = {
        "status": status,
        "finished_at": now,
        "version": version,
        "message": message,
        "failure": failure,
    }
    done = session.execute(_mine(run_id, fence).values(values).returning(Run.id)).one_or_none()
    if done is None:
        raise _lease_lost()
    add_line(session, run_id, "ended", now=now, status=str(status), version=version)
    webhook.note_end(session, run_id, str(status), now=now)
    if status in (RunStatus.PROMOTED, RunStatus.HELD):
        mine = select(RunDrawing.drawing_number).where(RunDrawing.run_id == run_id)
        session.execute(
            update(Drawing)
            .where(Drawing.number.in_(mine), Drawing.used_in_run_id.is_(None))
            .values(used_in_run_id=run_id)
            .execution_options(synchronize_session=False)
        )


def put_back(session: Session, run_id: int, *, fence: int, now: datetime) -> None:
    """Queue a run again whose trainer is being stopped: the next one goes on where it is.

    This does not count as an attempt. Raises: LeaseLost.
    """
    values = {"status": RunStatus.QUEUED, "n_attempts": Run.n_attempts - 1}
    if session.execute(_mine(run_id, fence).values(values).returning(Run.id)).one_or_none() is None:
        raise _lease_lost()
    add_line(session, run_id, "stopped", now=now)


def _mine(run_id: int, fence: int) -> Update:
    return update(Run).where(Run.id == run_id, Run.fence == fence, Run.status == RunStatus.RUNNING)


def record_lineage(
    session: Session, run_id: int, rows: Iterable[tuple[int, int, bool]], *, fence: int
) -> None:
    """Write down which drawings a run trains on: (drawing number, label, is new).

    A resumed run gathers again: its earlier rows are replaced. Raises: LeaseLost.
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
    """Stop a queued run at once, or ask a running one to stop within a second.

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


def lineage(session: Session, run_id: int) -> Sequence[RunDrawing]:
    """Which drawings a run trained on, in order of arrival."""
    return session.scalars(
        select(RunDrawing).where(RunDrawing.run_id == run_id).order_by(RunDrawing.drawing_number)
    ).all()
