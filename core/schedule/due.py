"""When runs are due."""

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
    """Replace the schedule; the next due moment shows at once, the trainer follows within 5 s.

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
    """If the schedule's moment has come, do what is due and set the next one.

    Moments that passed while nobody looked count as one: the one that was announced. A run is
    queued if there are enough new drawings, or if there is no model yet. Safe with several
    trainers: the moment is taken once, and its run's `due_at` is unique.

    Returns: what the tick did (`run`, `too_few`, `busy`); None if nothing is due.
    """
    row = session.get_one(Schedule, 1)
    due_at = row.next_due_at
    if not row.enabled:
        return None
    following = _following(session, row, now)
    if due_at is not None and due_at > now:
        if following is not None and following < due_at:
            row.next_due_at = following  # announced while the clock was ahead
        return None
    row.next_due_at = following
    if due_at is None:  # the first look at a new schedule: nothing was announced yet
        return None
    row.last_due_at = due_at
    row.last_n_new = n_new
    row.last_outcome = _outcome(session, row, n_new, seed=seed, now=now)
    return row.last_outcome


def _following(session: Session, row: Schedule, now: datetime) -> datetime | None:
    """The next moment after `now` that has no run yet: the clock may have been set back."""
    taken = set(session.scalars(select(Run.due_at).where(Run.due_at > now)))
    coming = cron.next_times(row.cron, row.timezone, now, len(taken) + 1)
    return next((moment for moment in coming if moment not in taken), None)


def _outcome(session: Session, row: Schedule, n_new: int, *, seed: int, now: datetime) -> str:
    if runs.open_run(session) is not None:
        return "busy"
    if n_new < row.min_new_drawings and versions.champion(session) is not None:
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
    """The schedule's one row."""
    return session.get_one(Schedule, 1)
