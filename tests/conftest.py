"""Fixtures of all tests: settings with a temporary instance, and a migrated database."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.base.settings import Settings
from core.storage import migrate
from core.storage.database import Database
from tests.support.first_model import first_model, instance
from tests.support.open_guard import sitecustomize as open_guard

__all__ = ["first_model", "instance"]

NOW = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)
SECRET = "0123456789abcdef0123456789abcdef"


def pytest_configure() -> None:
    """Install the open guard in this process and in all processes that tests start."""
    descriptor, os.environ[open_guard.REPORT] = tempfile.mkstemp(prefix="inkloop-open-guard-")
    os.close(descriptor)
    others = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = f"{open_guard.HERE.parent}{os.pathsep}{others}".rstrip(os.pathsep)
    open_guard.install()


def pytest_unconfigure() -> None:
    """Remove the report file."""
    Path(os.environ.pop(open_guard.REPORT)).unlink()


@pytest.fixture(autouse=True)
def only_sqlite_opens_databases() -> Iterator[None]:
    """Fail each test in which a process opened a live database's files beside SQLite."""
    yield
    report = Path(os.environ[open_guard.REPORT])
    if report.stat().st_size:
        opened = report.read_text(encoding="utf-8")
        os.truncate(report, 0)
        pytest.fail(f"opened beside SQLite: {opened}", pytrace=False)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file made once by the real migrations; tests get copies."""
    settings = Settings.from_env({}, instance=tmp_path_factory.mktemp("migrated"))
    migrate.upgrade(settings)
    return settings.database_path


@pytest.fixture
def settings(tmp_path: Path, migrated_file: Path) -> Settings:
    """Settings of a temporary instance with a migrated, empty database."""
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
