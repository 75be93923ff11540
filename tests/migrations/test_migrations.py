"""Migrations run up and down, by several processes at once, and give the tables of the code."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from core.base.errors import SettingsError
from core.base.settings import Settings
from core.storage import migrate
from core.storage.database import Base, Database, sqlite_engine
from tests.support.factories import make_drawing


def _upgrade(folder: str) -> str | None:
    settings = Settings.from_env({}, instance=folder)
    migrate.upgrade(settings)
    return migrate.current(settings)


def test_migrations_run_up_down_and_up(tmp_path: Path) -> None:
    settings = Settings.from_env({}, instance=tmp_path)

    migrate.upgrade(settings)
    migrate.downgrade(settings, "base")
    gone = migrate.current(settings)
    migrate.upgrade(settings)

    assert gone is None
    assert migrate.current(settings) == migrate.head()


def test_processes_that_start_at_once_all_end_at_the_head(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        revisions = pool.map(_upgrade, [str(tmp_path)] * 4, chunksize=1)

    assert revisions == [migrate.head()] * 4


@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_the_migrated_tables_equal_the_table_classes(settings: Settings) -> None:
    engine = sqlite_engine(settings.database_path, "BEGIN")
    with engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)
    engine.dispose()

    # SQLite's expression indexes cannot be read back, so Alembic proposes to add them again.
    assert [d for d in differences if getattr(d[1], "name", "") != "uq_runs_open"] == []


def test_the_head_file_names_the_newest_revision() -> None:
    recorded = (migrate.MIGRATIONS / "HEAD").read_text(encoding="ascii").strip()

    assert recorded == migrate.head()


def test_upgrading_again_keeps_the_rows(settings: Settings) -> None:
    database = Database(settings)
    with database.write() as session:
        make_drawing(session, label=4)

    migrate.upgrade(settings)

    with database.read() as session:
        assert session.connection().exec_driver_sql("SELECT label FROM drawings").scalar() == 4
    database.dispose()


def test_a_database_of_a_newer_inkloop_is_refused_unchanged(
    settings: Settings, database: Database
) -> None:
    with database.write() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(SettingsError, match="a newer Inkloop made"):
        migrate.upgrade(settings)

    assert migrate.current(settings) == "9999"


@pytest.mark.parametrize("open_it", [migrate.upgrade, migrate.current])
def test_a_folder_in_place_of_the_database_is_reported_in_a_sentence(
    tmp_path: Path, open_it: Callable[[Settings], object]
) -> None:
    settings = Settings.from_env({}, database_url=f"sqlite:///{tmp_path}")

    with pytest.raises(SettingsError, match="cannot be opened or written: check the path"):
        open_it(settings)


def test_a_database_of_another_program_is_refused_unchanged(tmp_path: Path) -> None:
    settings = Settings.from_env({}, instance=tmp_path)
    engine = sqlite_engine(settings.database_path, "BEGIN IMMEDIATE")
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE drawings (of_another TEXT)"))

    with pytest.raises(SettingsError, match="has tables of another program"):
        migrate.upgrade(settings)

    with engine.begin() as connection:
        assert sa.inspect(connection).get_table_names() == ["drawings"]
    engine.dispose()
