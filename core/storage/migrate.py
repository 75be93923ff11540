"""Upgrades an instance: its tables, and the files of its versions.

Several processes may start at once: the first upgrades, the others wait.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, select
from sqlalchemy.exc import DatabaseError, OperationalError

from core.base.errors import SettingsError
from core.base.settings import Settings
from core.storage.database import sqlite_engine
from core.storage.old_versions import adopt_old_versions
from core.storage.tables import ModelVersion

Step = Callable[[Config], None]
UNUSABLE = ("unable to open", "readonly")
"""SQLite's errors for a folder in place of the file, and for one without write permission."""
MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def head() -> str:
    """Return the newest revision of the migrations."""
    revision = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    assert revision is not None
    return revision


def is_known(revision: str) -> bool:
    """Return whether a revision exists here; those of newer releases do not."""
    scripts = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    return revision in {script.revision for script in scripts}


def current(settings: Settings) -> str | None:
    """Return the revision of the database; None if it has no tables. Raises: as `upgrade`."""
    if not settings.database_path.exists():
        return None
    engine = sqlite_engine(settings.database_path, "BEGIN")
    try:
        with _connect(engine, settings.database_path) as connection, connection.begin():
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def upgrade(settings: Settings, revision: str = "head") -> None:
    """Apply missing migrations, then give version files of earlier releases their keys.

    Raises: SettingsError, if a newer Inkloop has upgraded the database; if a restore is unfinished;
    or if the file is not a database, belongs to another program, or cannot be opened.
    """

    def upgrade_all(config: Config) -> None:
        command.upgrade(config, revision)
        adopt_old_versions(settings.models_dir, _versions(config.attributes["connection"]))

    _run(settings, upgrade_all)


def downgrade(settings: Settings, revision: str) -> None:
    """Undo migrations down to `revision`; `base` drops every table and its rows."""
    _run(settings, lambda config: command.downgrade(config, revision))


def _run(settings: Settings, step: Step) -> None:
    if settings.restoring_path.exists():
        raise SettingsError(
            "a restore is unfinished: run `inkloop db restore PATH` again. "
            f"The previous data is in {settings.instance}/before-restore-…"
        )
    settings.database_path.parent.mkdir(parents=True, exist_ok=True)
    # Take the write lock first, so that the revision cannot change after Alembic has read it.
    engine = sqlite_engine(settings.database_path, "BEGIN IMMEDIATE")
    try:
        with _connect(engine, settings.database_path) as connection, connection.begin():
            found = MigrationContext.configure(connection).get_current_revision()
            if found is not None and not is_known(found):
                raise SettingsError(newer(found))
            tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
            if found is None and tables:
                raise SettingsError(
                    f"{settings.database_path} has tables of another program: set INKLOOP_INSTANCE "
                    "or INKLOOP_DATABASE_URL to another place"
                )
            step(_config(connection))
    finally:
        engine.dispose()


def _versions(connection: Connection) -> dict[int, str]:
    """Return the hash of each version's manifest."""
    rows = connection.execute(select(ModelVersion.version, ModelVersion.manifest_sha256))
    return {row.version: row.manifest_sha256 for row in rows}


def _connect(engine: Engine, path: Path) -> Connection:
    try:
        return engine.connect()
    except OperationalError as exc:
        if not any(text in str(exc.orig) for text in UNUSABLE):
            raise  # it is busy
        raise SettingsError(
            f"{path} cannot be opened or written: check the path and its permissions, or set "
            "INKLOOP_INSTANCE or INKLOOP_DATABASE_URL to another place"
        ) from exc
    except DatabaseError as exc:
        raise SettingsError(
            f"{path} is not a database, or is damaged: restore a backup with `inkloop db restore "
            "PATH`, or set INKLOOP_INSTANCE to another folder"
        ) from exc


def newer(revision: str) -> str:
    """Return the message for a database that a newer Inkloop has upgraded."""
    return (
        f"the database is at revision {revision}, which a newer Inkloop made: install that "
        "release, or restore an earlier backup"
    )


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
