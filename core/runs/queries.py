"""Queries about runs: the newest one, its verdict, and the progress of the first training."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.base.kinds import RunStatus
from core.storage.tables import Run, Verdict


def latest_run(session: Session) -> Run | None:
    """The newest run, open or over."""
    return session.scalars(select(Run).order_by(Run.id.desc()).limit(1)).one_or_none()


def verdict_of(session: Session, run_id: int) -> Verdict | None:
    """What the gate said of a run's candidate; None before, or if the run had none."""
    return session.get(Verdict, run_id)


def first_training(session: Session) -> dict[str, Any] | None:
    """How far the first training is, for answers before there is a champion."""
    run = session.scalars(
        select(Run).where(Run.status.in_([RunStatus.QUEUED, RunStatus.RUNNING]))
    ).one_or_none()
    if run is None:
        return None
    return {"phase": run.phase, "step": run.step, "n_steps": run.n_steps}
