"""The queue of webhook deliveries: at least once.

A delivery is added in the transaction that ends the run, and leaves the queue only after its last
attempt: when the sending process dies in between, the next one sends it again. The number of the
delivery lets a receiver recognise duplicates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from core.base.errors import Conflict
from core.storage.audit import audit
from core.storage.tables import Webhook, WebhookDelivery
from core.webhooks.receiver import ROW
from core.webhooks.signing import FINAL, TEST

CLAIM = timedelta(seconds=60)
"""How long a claimed delivery is reserved; far longer than an attempt takes."""
PAUSES = (timedelta(seconds=10), timedelta(seconds=60))
"""Before the second and the third attempt; there is no fourth."""


def add_for_run(session: Session, run_id: int, status: str, *, now: datetime) -> None:
    """Queue the delivery of a run's end, if the receiver wants this event."""
    row = session.get(Webhook, ROW)
    if row is not None and status in row.events:
        _add(session, status, run_id, now=now)


def ask_for_test(session: Session, *, by: str, now: datetime) -> WebhookDelivery:
    """Queue a test delivery. A pending test is returned instead of a new one.

    Raises: Conflict, if there is no receiver.
    """
    if session.get(Webhook, ROW) is None:
        raise Conflict("there is no address to call: save one first")
    waiting = session.scalars(
        select(WebhookDelivery)
        .where(WebhookDelivery.due_at.is_not(None), WebhookDelivery.event == TEST)
        .limit(1)
    ).one_or_none()
    if waiting is not None:
        return waiting
    audit(session, by=by, action="test_webhook", subject="webhook", now=now)
    return _add(session, TEST, None, now=now)


def _add(session: Session, event: str, run_id: int | None, *, now: datetime) -> WebhookDelivery:
    row = WebhookDelivery(
        event=event, run_id=run_id, created_at=now, due_at=now, n_attempts=0, facts={}
    )
    session.add(row)
    session.flush()
    return row


def is_due(session: Session, *, now: datetime) -> bool:
    """Whether any delivery is due."""
    return session.scalars(_due(now)).one_or_none() is not None


def claim_due(session: Session, *, now: datetime) -> WebhookDelivery | None:
    """Claim the next due delivery for a minute; None if none is due.

    Without a receiver, due deliveries are withdrawn.
    """
    while True:
        row = session.scalars(_due(now)).one_or_none()
        if row is None:
            return None
        if session.get(Webhook, ROW) is not None:
            row.due_at = now + CLAIM
            return row
        row.due_at, row.outcome, row.facts = None, "withdrawn", {}
        session.flush()


def record_attempt(
    session: Session, delivery_id: int, outcome: str, facts: Mapping[str, Any], *, now: datetime
) -> None:
    """Record the outcome of an attempt, and schedule the next one, if there is one.

    A test has a single attempt, since a person waits for its outcome.
    """
    row = session.get_one(WebhookDelivery, delivery_id)
    row.n_attempts += 1
    row.attempted_at, row.outcome, row.facts = now, outcome, dict(facts)
    is_over = outcome in FINAL or row.event == TEST or row.n_attempts > len(PAUSES)
    row.due_at = None if is_over else now + PAUSES[row.n_attempts - 1]


def newest_deliveries(session: Session, n: int) -> Sequence[WebhookDelivery]:
    """The last `n` deliveries, sent or pending, newest first."""
    return session.scalars(
        select(WebhookDelivery).order_by(WebhookDelivery.id.desc()).limit(n)
    ).all()


def delivery_of(session: Session, run_id: int) -> WebhookDelivery | None:
    """The newest delivery of a run's end; None if there is none."""
    newest = select(func.max(WebhookDelivery.id)).where(WebhookDelivery.run_id == run_id)
    return session.scalars(
        select(WebhookDelivery).where(WebhookDelivery.id == newest.scalar_subquery())
    ).one_or_none()


def _due(now: datetime) -> Select[WebhookDelivery]:
    return (
        select(WebhookDelivery)
        .where(WebhookDelivery.due_at.is_not(None), WebhookDelivery.due_at <= now)
        .order_by(WebhookDelivery.due_at)
        .limit(1)
    )
