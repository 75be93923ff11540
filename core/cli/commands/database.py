"""The database for a command: migrated before, closed after."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from core.base.settings import Settings
from core.storage import instance_lock, migrate
from core.storage.database import Database


@contextlib.contextmanager
def open_database(settings: Settings | None = None) -> Iterator[Database]:
    """The database of the settings, with the newest tables; no restore starts meanwhile."""
    settings = settings or Settings.from_env()
    with instance_lock.hold_part(settings.instance):
        migrate.upgrade(settings)
        database = Database(settings)
        try:
            yield database
        finally:
            database.dispose()
