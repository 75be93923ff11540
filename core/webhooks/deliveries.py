"""Whom to tell when a run ends, and what is still to be told.

What is to be told is written in the transaction that ends the run, and taken off the list only
once an attempt is over: a process that dies in between leaves it there for the next one. So each
end is told at least once; the number of the delivery lets a receiver know the second telling.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from core.base.errors import Conflict
from core.storage.counters import audit
from core.storage.tables import Webhook, WebhookDelivery
from core.webhooks.signing import FINAL, TEST, check_url

CLAIM = timedelta(seconds=60)
"""Nobody else tells it meanwhile; far more than an attempt may take."""
PAUSES = (timedelta(seconds=10), timedelta(seconds=60))
"""Before the second and the third attempt; there is no fourth."""
ROW = 1


def webhook(session: Session) -> Webhook | None:
    """Who is told; None if nobody is."""
    return session.get(Webhook, ROW)


def set_webhook(
    session: Session,
    *,
    url: str,
    events: Sequence[str],
    site: str,
    renew_secret: bool,
    allows_private: bool,
    by: str,
    now: datetime,
) -> tuple[Webhook, bool]:
    """Say who is told of what. Returns it, and whether its secret is a new one.

    Another receiver gets another secret. Raises: InvalidInput, for an address that may not be told.
    """
    host = check_url(url, allows_private=allows_private).netloc
    row = session.get(Webhook, ROW)
    is_new = row is None
    if row is None:
        row = Webhook(id=ROW, salt="", url=url)
        session.add(row)
    renews = is_new or renew_secret or check_url(row.url, allows_private=True).netloc != host
    if renews:
        row.salt = secrets.token_hex(16)
    row.url, row.events = url, sorted(events)
    row.site = site
    row.updated_at, row.updated_by = now, by
    # The path may be a secret of the receiver's: the log says only where it goes.
    facts = {"host": host, "events": row.events, "renewed": renews}
    audit(session, by=by, action="webhook", subject="webhook", now=now, **facts)
    return row, renews


def remove_webhook(session: Session, *, by: str, now: datetime) -> None:
    """Tell nobody any more; what waits to be told is dropped at its turn."""
    row = session.get(Webhook, ROW)
    if row is None:
        return
    session.delete(row)
    audit(session, by=by, action="remove_webhook", subject="webhook", now=now)


def note_end(session: Session, run_id: int, status: str, *, now: datetime) -> None:
    """Write down that a run's end is to be told, if somebody wants to hear of such an end."""
    row = session.get(Webhook, ROW)
    if row is not None and status in row.events:
        _add(session, status, run_id, now=now)


def ask_for_test(session: Session, *, by: str, now: datetime) -> WebhookDelivery:
    """Ask the trainer to tell something now; while a test waits, that one is the answer.

    Raises: Conflict, if nobody is told.
    """
    if session.get(Webhook, ROW) is None:
        raise Conflict("there is no address to tell: save one first")
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
    """Whether there is something to tell by now."""
    return session.scalars(_due(now)).one_or_none() is not None


def claim_due(session: Session, *, now: datetime) -> WebhookDelivery | None:
    """Take the next thing to tell, for a minute; None if there is none, or nobody to tell it to."""
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
    """Write down what became of an attempt, and when there will be another one, if any.

    A test has only one attempt, since somebody waits for it.
    """
    row = session.get_one(WebhookDelivery, delivery_id)
    row.n_attempts += 1
    row.attempted_at, row.outcome, row.facts = now, outcome, dict(facts)
    is_over = outcome in FINAL or row.event == TEST or row.n_attempts > len(PAUSES)
    row.due_at = None if is_over else now + PAUSES[row.n_attempts - 1]


def deliveries(session: Session, n: int) -> Sequence[WebhookDelivery]:
    """The last `n` things that were told or are to be told, newest first."""
    return session.scalars(
        select(WebhookDelivery).order_by(WebhookDelivery.id.desc()).limit(n)
    ).all()


def delivery_of(session: Session, run_id: int) -> WebhookDelivery | None:
    """What became of telling a run's end; None if it was not to be told."""
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
