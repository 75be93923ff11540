"""Opens the database for a command."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from core.base.settings import Settings
from core.storage import instance_lock, migrate
from core.storage.database import Database


@contextlib.contextmanager
def open_database(settings: Settings | None = None) -> Iterator[Database]:
    """Upgrade and open the database; lock out restores until it is closed."""
    settings = settings or Settings.from_env()
    with instance_lock.hold_part(settings.instance):
        migrate.upgrade(settings)
        database = Database(settings)
        try:
            yield database
        finally:
            database.dispose()
