"""Brings a database to the newest set of tables, whoever else is trying the same right now."""

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
OUT_OF_REACH = ("unable to open", "readonly")
"""What SQLite says of a folder in place of the file, and of one that may not be written."""
MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def head() -> str:
    """The newest revision that this code knows."""
    revision = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    assert revision is not None
    return revision


def is_known(revision: str) -> bool:
    """Whether this code has that revision; it has not if a newer Inkloop made it."""
    scripts = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    return revision in {script.revision for script in scripts}


def current(settings: Settings) -> str | None:
    """The revision of the database; None if it has no tables yet. Raises: as `upgrade`."""
    if not settings.database_path.exists():
        return None
    engine = sqlite_engine(settings.database_path, "BEGIN")
    try:
        with _connect(engine, settings.database_path) as connection, connection.begin():
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def upgrade(settings: Settings, revision: str = "head") -> None:
    """Apply what is missing. Two at once: the second waits, then finds nothing to do.

    Raises: SettingsError, if a newer Inkloop has changed the database already, or if a restore was
    broken off (an empty database in its place would look as if all were lost), or if the file is no
    database, another program's, or cannot be opened.
    """

    def upgrade_all(config: Config) -> None:
        command.upgrade(config, revision)
        adopt_old_versions(settings.models_dir, _versions(config.attributes["connection"]))

    _run(settings, upgrade_all)


def downgrade(settings: Settings, revision: str) -> None:
    """Undo down to `revision`; `base` drops every table with all it holds."""
    _run(settings, lambda config: command.downgrade(config, revision))


def _run(settings: Settings, step: Step) -> None:
    if settings.restoring_path.exists():
        raise SettingsError(
            "a restore was broken off: run `inkloop db restore PATH` again. "
            f"What was there before is in {settings.instance}/before-restore-…"
        )
    settings.database_path.parent.mkdir(parents=True, exist_ok=True)
    # The write lock is taken first, so the revision that Alembic reads cannot change under it.
    engine = sqlite_engine(settings.database_path, "BEGIN IMMEDIATE")
    try:
        with _connect(engine, settings.database_path) as connection, connection.begin():
            found = MigrationContext.configure(connection).get_current_revision()
            if found is not None and not is_known(found):
                raise SettingsError(newer(found))
            tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
            if found is None and tables:
                raise SettingsError(
                    f"{settings.database_path} holds tables that no Inkloop made: name another "
                    "file with INKLOOP_INSTANCE or INKLOOP_DATABASE_URL"
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
        if not any(words in str(exc.orig) for words in OUT_OF_REACH):
            raise  # it is busy
        raise SettingsError(
            f"{path} cannot be opened or written: look at the path and its rights, or name another "
            "one with INKLOOP_INSTANCE or INKLOOP_DATABASE_URL"
        ) from exc
    except DatabaseError as exc:
        raise SettingsError(
            f"{path} is no database, or damaged: bring a backup back by `inkloop db restore PATH`, "
            "or name another folder with INKLOOP_INSTANCE"
        ) from exc


def newer(revision: str) -> str:
    """What to say of a database that a newer Inkloop has changed."""
    return (
        f"the database is at revision {revision}, which a newer Inkloop made: install that one "
        "again, or restore a backup from before"
    )


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
