"""Totals that are kept as things happen, and the log of who did what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from core.models import AuditEvent, Counter


def count(session: Session, changes: Mapping[str, int]) -> None:
    """Add each change to the counter of that name, making the counter if it is new."""
    rows = [{"name": name, "n": n} for name, n in changes.items() if n]
    if rows:
        statement = insert(Counter)
        added = {"n": Counter.n + statement.excluded.n}
        session.execute(statement.on_conflict_do_update(["name"], set_=added), rows)


def audit(
    session: Session, *, by: str, action: str, subject: str, now: datetime, **facts: Any
) -> None:
    """Record what `by` (`user:3`, `gate`, `contributor`, `command`) did to `subject`."""
    session.add(AuditEvent(at=now, by=by, action=action, subject=subject, facts=facts))
