"""What has to be cleared away now and then: files and checks that nobody came back for."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from core.base.clock import utc_now
from core.base.kinds import TransferStatus
from core.base.settings import Settings
from core.drawings.erasing import erase_numbers
from core.drawings.gallery import Filters, Sort, find
from core.storage.counters import audit
from core.storage.database import Database
from core.storage.tables import Transfer
from core.transfer import jobs as transfers
from core.transfer import uploads

log = structlog.get_logger()

FORGOTTEN_AFTER = timedelta(hours=24)
BATCH = 250  # drawings erased in one transaction
MAX_ERASED_AT_ONCE = 5_000
"""In one go; the next one follows ten minutes later, so that other tasks get their turn."""
BY = "retention"


def tidy(settings: Settings, database: Database) -> None:
    """Clear away what is due."""
    now = utc_now()
    uploads.sweep(settings, database)
    drop_forgotten_imports(database, now=now)
    if settings.retention_days:
        erase_expired(database, settings.retention_days, now=now)


def drop_forgotten_imports(database: Database, *, now: datetime) -> None:
    """A file that was checked a day ago and that nobody wanted stored is dropped."""
    forgotten = select(Transfer.id).where(
        Transfer.status == TransferStatus.READY, Transfer.created_at < now - FORGOTTEN_AFTER
    )
    with database.read() as session:
        ids = session.scalars(forgotten).all()
    for transfer_id in ids:
        with database.write() as session:
            transfers.ask_to_undo(session, transfer_id, by=BY, now=now)


def erase_expired(database: Database, days: int, *, now: datetime) -> int:
    """Erase drawings older than so many days, for good. Returns how many.

    Versions that learned from them stay as they are; what they learned fades as later runs go on
    without these drawings.
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
        log.info("erased what was kept long enough", n_drawings=n_erased, days=days)
    return n_erased
