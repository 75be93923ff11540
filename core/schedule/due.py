"""The schedule of runs: changing it, and acting when it is due."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.runs import lifecycle as runs
from core.schedule import cron
from core.storage.audit import audit
from core.storage.tables import Run, Schedule
from core.versions import lifecycle as versions


def change_schedule(
    session: Session,
    *,
    rule: str,
    timezone: str,
    min_new_drawings: int,
    enabled: bool,
    by: str,
    now: datetime,
) -> Schedule:
    """Replace the schedule. Its next moment is set at once; the trainer follows within 5 s.

    Raises: InvalidInput, if the rule or the zone cannot be used.
    """
    due = cron.next_times(rule, timezone, now, 1)
    row = session.get_one(Schedule, 1)
    row.cron = rule
    row.timezone = timezone
    row.min_new_drawings = min_new_drawings
    row.enabled = enabled
    row.next_due_at = due[0] if enabled and due else None
    row.updated_at = now
    row.updated_by = by
    facts = {"cron": rule, "timezone": timezone, "min_new_drawings": min_new_drawings}
    audit(session, by=by, action="schedule", subject="schedule", now=now, enabled=enabled, **facts)
    return row


def take_tick(session: Session, *, n_new: int, seed: int, now: datetime) -> str | None:
    """If the schedule is due, act and set the next moment.

    Queues a run if there are enough new drawings, or no version yet. Moments missed while no
    trainer ran count as one, the announced one. Safe with several trainers: only one of them acts
    on a moment, and the run's `due_at` is unique.

    Returns: what it did (`run`, `too_few`, `busy`); None if nothing is due.
    """
    row = session.get_one(Schedule, 1)
    due_at = row.next_due_at
    if not row.enabled:
        return None
    following = _following(session, row, now)
    if due_at is not None and due_at > now:
        if following is not None and following < due_at:
            row.next_due_at = following  # it was set while the clock was ahead
        return None
    row.next_due_at = following
    if due_at is None:  # a new schedule: no moment was set before
        return None
    row.last_due_at = due_at
    row.last_n_new = n_new
    row.last_outcome = _outcome(session, row, n_new, seed=seed, now=now)
    return row.last_outcome


def _following(session: Session, row: Schedule, now: datetime) -> datetime | None:
    """The next moment after `now` without a run; it may have one if the clock was set back."""
    with_run = set(session.scalars(select(Run.due_at).where(Run.due_at > now)))
    coming = cron.next_times(row.cron, row.timezone, now, len(with_run) + 1)
    return next((moment for moment in coming if moment not in with_run), None)


def _outcome(session: Session, row: Schedule, n_new: int, *, seed: int, now: datetime) -> str:
    if runs.open_run(session) is not None:
        return "busy"
    if n_new < row.min_new_drawings and versions.live_promotion(session) is not None:
        return "too_few"
    runs.queue_run(
        session,
        requested_by="schedule",
        is_forced=False,
        seed=seed,
        now=now,
        due_at=row.last_due_at,
    )
    return "run"


def schedule(session: Session) -> Schedule:
    """The one row of the schedule."""
    return session.get_one(Schedule, 1)
