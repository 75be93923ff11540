"""Periodic cleaning: abandoned uploads and imports, and drawings past their retention."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from core.base.clock import utc_now
from core.base.kinds import TransferStatus
from core.base.settings import Settings
from core.drawings.erasing import erase_numbers
from core.drawings.gallery import Filters, Sort, find
from core.storage.audit import audit
from core.storage.database import Database
from core.storage.tables import Transfer
from core.transfer import jobs, uploads

log = structlog.get_logger()

ABANDONED_AFTER = timedelta(hours=24)
BATCH = 250  # drawings erased in one transaction
MAX_ERASED_AT_ONCE = 5_000
"""Per call; the next call follows ten minutes later, so that other tasks can run."""
BY = "retention"


def tidy(settings: Settings, database: Database) -> None:
    """Run all cleaning tasks."""
    now = utc_now()
    uploads.sweep(settings, database)
    drop_abandoned_imports(database, now=now)
    if settings.retention_days:
        erase_expired(database, settings.retention_days, now=now)


def drop_abandoned_imports(database: Database, *, now: datetime) -> None:
    """Drop imports that were checked over a day ago and never stored."""
    abandoned = select(Transfer.id).where(
        Transfer.status == TransferStatus.READY, Transfer.created_at < now - ABANDONED_AFTER
    )
    with database.read() as session:
        ids = session.scalars(abandoned).all()
    for transfer_id in ids:
        with database.write() as session:
            jobs.ask_to_undo(session, transfer_id, by=BY, now=now)


def erase_expired(database: Database, days: int, *, now: datetime) -> int:
    """Erase drawings older than `days` permanently. Returns how many.

    Versions that trained on them stay unchanged; later runs train without them.
    """
    due = Filters(until=now - timedelta(days=days))
    n_erased = 0
    while n_erased < MAX_ERASED_AT_ONCE:
        with database.read() as session:
            numbers = find(session, due, Sort.OLDEST, None, BATCH).numbers
        if not numbers:
            break
        with database.write() as session:
            n_erased += erase_numbers(session, numbers, now=now)
    if n_erased:
        with database.write() as session:
            audit(session, by=BY, action="erase", subject="drawings", now=now, n_drawings=n_erased)
        log.info("erased expired drawings", n_drawings=n_erased, days=days)
    return n_erased
