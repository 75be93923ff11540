"""The receiver of webhooks: its address, the events it gets, and its signing secret."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from core.storage.audit import audit
from core.storage.tables import Webhook
from core.webhooks.signing import check_url

ROW = 1


def webhook(session: Session) -> Webhook | None:
    """The receiver; None if there is none."""
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
    """Set the receiver and its events. Returns it, and whether its secret is new.

    Another host gets another secret. Raises: InvalidInput, for an address that may not be called.
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
    # The path may be a secret of the receiver, so the audit log only has the host.
    facts = {"host": host, "events": row.events, "renewed": renews}
    audit(session, by=by, action="webhook", subject="webhook", now=now, **facts)
    return row, renews


def remove_webhook(session: Session, *, by: str, now: datetime) -> None:
    """Remove the receiver. Pending deliveries are withdrawn when they are due."""
    row = session.get(Webhook, ROW)
    if row is None:
        return
    session.delete(row)
    audit(session, by=by, action="remove_webhook", subject="webhook", now=now)
