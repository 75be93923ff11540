"""Queries of the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.storage.tables import AuditEvent

SLACK = timedelta(minutes=1)
"""Events get their numbers when they are written, up to 10 s after their time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """Which events; None does not filter."""

    by: str | None = None
    action: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Exclusive."""


def events(
    session: Session, wanted: EventFilter, *, before: int | None, limit: int
) -> Sequence[AuditEvent]:
    """Return up to `limit` events, newest first, with numbers below `before`.

    Every filter uses an index. Times become bounds of numbers first, since a search by time would
    need a sort.
    """
    found = select(AuditEvent).order_by(AuditEvent.id.desc()).limit(limit)
    for name in ("by", "action", "subject"):
        value = getattr(wanted, name)
        if value is not None:
            found = found.where(getattr(AuditEvent, name) == value)
    if before is not None:
        found = found.where(AuditEvent.id < before)
    if wanted.since is not None:
        first = _bound(session, wanted.since - SLACK, is_first=True)
        found = found.where(AuditEvent.at >= wanted.since, AuditEvent.id >= first)
    if wanted.until is not None:
        last = _bound(session, wanted.until + SLACK, is_first=False)
        found = found.where(AuditEvent.at < wanted.until, AuditEvent.id <= last)
    return session.scalars(found).all()


def _bound(session: Session, moment: datetime, *, is_first: bool) -> int:
    """Return the number of the first event from a moment on, or of the last event before it."""
    if is_first:
        found = select(AuditEvent.id).where(AuditEvent.at >= moment).order_by(AuditEvent.at)
        return session.scalars(found.limit(1)).one_or_none() or 2**62
    found = select(AuditEvent.id).where(AuditEvent.at < moment).order_by(AuditEvent.at.desc())
    return session.scalars(found.limit(1)).one_or_none() or 0
