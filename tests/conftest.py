"""What all tests share: settings in a folder of their own, and a database made by migrations."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core import migrate
from core.db import Database
from core.settings import Settings
from tests.first_model import first_model, instance, quiet_first_start

__all__ = ["first_model", "instance", "quiet_first_start"]

NOW = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)
SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file that the real migrations made, once; tests get copies."""
    settings = Settings.from_env({}, instance=tmp_path_factory.mktemp("migrated"))
    migrate.upgrade(settings)
    return settings.database_path


@pytest.fixture
def settings(tmp_path: Path, migrated_file: Path) -> Settings:
    """Settings of an instance of its own, its database migrated and empty."""
    settings = Settings.from_env(
        {}, instance=tmp_path / "instance", secret_key=SECRET, rate_limits="off"
    )
    settings.instance.mkdir()
    shutil.copyfile(migrated_file, settings.database_path)
    return settings


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """The database of `settings`."""
    database = Database(settings)
    yield database
    database.dispose()
