"""Totals that are kept as things happen, and the log of who did what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from core.storage.tables import AuditEvent, Counter

_NEW = insert(Counter)
# Made once: SQLAlchemy takes longer to make it and to look it up than SQLite to do it.
_ADD = _NEW.on_conflict_do_update(["name"], set_={"n": Counter.n + _NEW.excluded.n})


def count(session: Session, changes: Mapping[str, int]) -> None:
    """Add each change to the counter of that name, making the counter if it is new."""
    rows = [{"name": name, "n": n} for name, n in changes.items() if n]
    if rows:
        session.execute(_ADD, rows)


def audit(
    session: Session, *, by: str, action: str, subject: str, now: datetime, **facts: Any
) -> None:
    """Record what `by` (`user:3`, `gate`, `contributor`, `command`) did to `subject`."""
    session.add(AuditEvent(at=now, by=by, action=action, subject=subject, facts=facts))


def totals(session: Session, prefix: str) -> dict[str, int]:
    """The kept totals whose name starts with `prefix`, by the rest of their name."""
    rows = session.execute(
        select(Counter.name, Counter.n).where(
            Counter.name >= prefix, Counter.name < prefix + "\U0010ffff"
        )
    )
    return {name.removeprefix(prefix): n for name, n in rows}
