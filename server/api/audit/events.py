"""The log of what people and the gate did: asked page by page, the newest first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.storage.tables import AuditEvent, User

SLACK = timedelta(minutes=1)
"""Rows get their numbers when they are written, up to 10 s after the moment that they bear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which events; None: whatever it is."""

    by: str | None = None
    action: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Exclusive."""


def events(
    session: Session, wanted: Wanted, *, before: int | None, limit: int
) -> Sequence[AuditEvent]:
    """Up to `limit` events, newest first, from the one before number `before` on.

    Every filter is served by an index: dates are turned into numbers first, since a search by
    date alone would have to be sorted.
    """
    found = select(AuditEvent).order_by(AuditEvent.id.desc()).limit(limit)
    for name in ("by", "action", "subject"):
        value = getattr(wanted, name)
        if value is not None:
            found = found.where(getattr(AuditEvent, name) == value)
    if before is not None:
        found = found.where(AuditEvent.id < before)
    if wanted.since is not None:
        first = _edge(session, wanted.since - SLACK, is_first=True)
        found = found.where(AuditEvent.at >= wanted.since, AuditEvent.id >= first)
    if wanted.until is not None:
        last = _edge(session, wanted.until + SLACK, is_first=False)
        found = found.where(AuditEvent.at < wanted.until, AuditEvent.id <= last)
    return session.scalars(found).all()


def _edge(session: Session, moment: datetime, *, is_first: bool) -> int:
    """The number of the first event from a moment on, or of the last one before it."""
    if is_first:
        found = select(AuditEvent.id).where(AuditEvent.at >= moment).order_by(AuditEvent.at)
        return session.scalars(found.limit(1)).one_or_none() or 2**62
    found = select(AuditEvent.id).where(AuditEvent.at < moment).order_by(AuditEvent.at.desc())
    return session.scalars(found.limit(1)).one_or_none() or 0


def names(session: Session, words: Collection[str]) -> dict[str, str]:
    """The addresses of those among `words` that stand for accounts: `user:3`."""
    ids = {int(word[5:]) for word in words if word.startswith("user:") and word[5:].isdigit()}
    rows = session.execute(select(User.id, User.email).where(User.id.in_(ids)))
    return {f"user:{user_id}": email for user_id, email in rows}
