"""The audit log: who changed what, and when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.storage.tables import AuditEvent


def audit(
    session: Session, *, by: str, action: str, subject: str, now: datetime, **facts: Any
) -> None:
    """Record an action of `by` (`user:3`, `gate`, `contributor`, `command`) on `subject`."""
    session.add(AuditEvent(at=now, by=by, action=action, subject=subject, facts=facts))
