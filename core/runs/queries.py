"""Queries about runs: the newest one, verdicts, lineage, the progress of the first training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.base.kinds import RunStatus
from core.storage.tables import Run, RunDrawing, Verdict


def latest_run(session: Session) -> Run | None:
    """The newest run, open or over."""
    return session.scalars(select(Run).order_by(Run.id.desc()).limit(1)).one_or_none()


def verdict_of(session: Session, run_id: int) -> Verdict | None:
    """The gate's verdict on a run's candidate; None if there is none (yet)."""
    return session.get(Verdict, run_id)


def first_training(session: Session) -> dict[str, Any] | None:
    """The progress of the open run, for answers before there is a champion."""
    run = session.scalars(
        select(Run).where(Run.status.in_([RunStatus.QUEUED, RunStatus.RUNNING]))
    ).one_or_none()
    if run is None:
        return None
    return {"phase": run.phase, "step": run.step, "n_steps": run.n_steps}


def lineage(session: Session, run_id: int) -> Sequence[RunDrawing]:
    """The drawings that a run trained on, in order of arrival."""
    return session.scalars(
        select(RunDrawing).where(RunDrawing.run_id == run_id).order_by(RunDrawing.drawing_number)
    ).all()
