"""The open guard refuses Python code that opens a live database's files."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from core.base.settings import Settings
from core.cli import doctor
from core.storage import instance_lock
from core.storage.database import Database
from tests.support.factories import make_drawing
from tests.support.open_guard import sitecustomize as open_guard
from tests.support.running import ROOT, guarded

# Ways to open a database file. Each closes a descriptor, which drops SQLite's locks.
WAYS: dict[str, Callable[[Path, Path], object]] = {
    "read": lambda path, _: path.read_bytes(),
    "look at the header": lambda path, _: path.open("rb").close(),
    "hash": lambda path, _: hashlib.sha256(path.read_bytes()),
    "copy": lambda path, to: shutil.copy(path, to),
    "copy with times": lambda path, to: shutil.copy2(path, to),
    "copy the folder": lambda path, to: shutil.copytree(path.parent, to / "all"),
    "open without Python's buffers": lambda path, _: os.close(os.open(path, os.O_RDONLY)),
    "open to append": lambda path, _: path.open("ab").close(),
}


@pytest.fixture
def expected() -> Iterator[None]:
    """Expect a report, and remove it so that the test does not fail."""
    yield
    report = Path(os.environ[open_guard.REPORT])
    assert report.stat().st_size
    os.truncate(report, 0)


@pytest.fixture
def live(settings: Settings, database: Database) -> Settings:
    """An instance whose database this process has open, with rows in its WAL."""
    with database.write() as session:
        make_drawing(session)
    return settings


@pytest.mark.usefixtures("expected")
@pytest.mark.parametrize("side", ["", "-wal", "-shm"])
@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_open_a_live_database_is_refused(
    live: Settings, tmp_path: Path, way: str, side: str
) -> None:
    path = live.database_path
    with pytest.raises(open_guard.OpenedBesideSQLite):
        WAYS[way](path.with_name(path.name + side), tmp_path)


def test_sqlite_itself_may_open_a_live_database(live: Settings) -> None:
    database = Database(live)
    with database.read() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM drawings").scalar() == 1
    database.dispose()


def test_a_closed_database_may_be_copied(
    live: Settings, database: Database, tmp_path: Path
) -> None:
    database.dispose()

    shutil.copy(live.database_path, tmp_path / "copy.db")

    assert (tmp_path / "copy.db").stat().st_size > 0


@pytest.mark.usefixtures("expected")
def test_inkloop_may_not_open_even_a_closed_database(live: Settings, database: Database) -> None:
    """Inkloop cannot know whether another process has the database open."""
    database.dispose()
    instance_lock.hold_part(live.instance).close()
    look = as_if_in(doctor, "def made(path): return open(path, 'rb').read(16)")

    with pytest.raises(open_guard.OpenedBesideSQLite):
        look(live.database_path)


@pytest.mark.usefixtures("expected")
def test_processes_that_tests_start_are_guarded(live: Settings) -> None:
    code = (
        "import sys\n"
        "from core.storage.database import Database\n"
        "from core.base.settings import Settings\n"
        "database = Database(Settings.from_env())\n"
        "with database.read() as session: session.connection()\n"
        "open(database.path, 'rb')\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=guarded() | {"INKLOOP_INSTANCE": str(live.instance)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert "OpenedBesideSQLite" in done.stderr
    assert str(live.database_path) in Path(os.environ[open_guard.REPORT]).read_text()


def test_the_guard_knows_every_database_that_inkloop_keeps(settings: Settings) -> None:
    kept = [path.name for path in (settings.database_path, settings.shared_state_path)]

    assert open_guard.FILES == tuple(name + side for name in kept for side in ("", "-wal", "-shm"))


def as_if_in(module: ModuleType, source: str) -> Callable[[Path], object]:
    """Return the function `made` of a source, compiled as part of that module's file."""
    assert module.__file__ is not None
    names: dict[str, Any] = {}
    exec(compile(source, module.__file__, "exec"), names)  # noqa: S102  of our own making
    made: Callable[[Path], object] = names["made"]
    return made
