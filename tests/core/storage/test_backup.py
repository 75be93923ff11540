"""Backups are made beside writers, verified, and restored only into a stopped instance."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import IO

import pytest
from sqlalchemy import func, select, text

import core.storage.backup
from core.base.errors import Conflict, DataError, ModelFileError, NotFound, SettingsError
from core.base.settings import Settings
from core.storage import instance_lock, migrate
from core.storage.backup import back_up, restore, verify
from core.storage.database import Database, sqlite_driver
from core.storage.model_store import ModelStore
from core.storage.tables import Drawing
from tests.conftest import NOW
from tests.support import factories
from tests.support.disk import RENAME, seen_on_disk
from tests.support.stored import verify_all, version_file

ONNX_SHA256 = hashlib.sha256(b"onnx").hexdigest()


@pytest.fixture
def instance(settings: Settings, database: Database) -> Settings:
    """An instance with two drawings and one version, whose files are in the store."""
    files = {"model.onnx": b"onnx", "weights.safetensors": b"weights"}
    published = ModelStore(settings.models_dir).publish(1, files, {"version": 1})
    with database.write() as session:
        factories.make_drawing(session, label=3)
        factories.make_drawing(session, label=4)
        factories.make_version(session, 1, manifest_sha256=published.manifest_sha256)
    database.dispose()
    return settings


def n_drawings(settings: Settings) -> int:
    database = Database(settings)
    with database.read() as session:
        n = session.scalars(select(func.count()).select_from(Drawing)).one()
    database.dispose()
    return n


def test_a_backup_holds_drawings_and_versions(instance: Settings, tmp_path: Path) -> None:
    made = back_up(instance, tmp_path / "backup", now=NOW)

    assert (made.n_drawings, made.n_versions) == (2, 1)
    assert verify(tmp_path / "backup").created_at == "2026-03-14T15:09:26+00:00"


def test_every_file_is_synced_before_a_backup_has_its_name(
    instance: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = seen_on_disk(monkeypatch, lambda descriptor: os.fstat(descriptor).st_ino)

    back_up(instance, tmp_path / "backup", now=NOW)

    backup = tmp_path / "backup"
    last = len(done) - 1 - done[::-1].index(RENAME)  # those before it are of models' files
    before, after = done[:last], done[last + 1 :]
    assert set(before) - {RENAME} == {path.stat().st_ino for path in (backup, *backup.rglob("*"))}
    assert after == [tmp_path.stat().st_ino]


def test_only_its_owner_may_read_a_backup(instance: Settings, tmp_path: Path) -> None:
    back_up(instance, tmp_path / "backup", now=NOW)

    for path, mode in ((tmp_path / "backup", 0o700), (tmp_path / "backup" / "inkloop.db", 0o600)):
        assert path.stat().st_mode & 0o777 == mode


def test_a_backup_goes_into_the_instance_when_no_folder_is_named(instance: Settings) -> None:
    made = back_up(instance, None, now=NOW)

    assert made.path == instance.instance / "backups" / "2026-03-14T150926Z"


def test_a_restore_brings_back_drawings_and_versions(instance: Settings, tmp_path: Path) -> None:
    back_up(instance, tmp_path / "backup", now=NOW)
    database = Database(instance)
    with database.write() as session:
        factories.make_drawing(session)
    database.dispose()

    _, aside = restore(instance, tmp_path / "backup", now=NOW)

    assert n_drawings(instance) == 2
    assert verify_all(instance) == [1]
    assert aside is not None
    assert (aside / "inkloop.db").exists()


def test_nothing_starts_after_a_restore_that_died_until_it_is_repeated(
    instance: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(instance, tmp_path / "backup", now=NOW)

    def die(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr("core.storage.backup._move_in", die)
        with pytest.raises(SystemExit):
            restore(instance, tmp_path / "backup", now=NOW)

    with pytest.raises(SettingsError, match="restore is unfinished"):
        migrate.upgrade(instance)
    assert not instance.database_path.exists()
    restore(instance, tmp_path / "backup", now=NOW + timedelta(minutes=1))
    migrate.upgrade(instance)
    assert n_drawings(instance) == 2


def test_a_backup_is_restored_into_another_folder(instance: Settings, tmp_path: Path) -> None:
    back_up(instance, tmp_path / "backup", now=NOW)
    other = Settings.from_env({}, instance=tmp_path / "other")

    _, aside = restore(other, tmp_path / "backup", now=NOW)

    assert n_drawings(other) == 2
    assert aside is None


def test_a_backup_has_the_secret_key_readable_by_its_owner_only(
    migrated_file: Path, tmp_path: Path
) -> None:
    settings = Settings.from_env({}, instance=tmp_path / "instance")
    secret = settings.secret()
    settings.database_path.write_bytes(migrated_file.read_bytes())

    back_up(settings, tmp_path / "backup", now=NOW)
    other = Settings.from_env({}, instance=tmp_path / "other")
    restore(other, tmp_path / "backup", now=NOW)

    assert other.secret() == secret
    assert other.secret_path.stat().st_mode & 0o777 == 0o600


def test_a_backup_made_while_drawings_arrive_is_consistent(
    instance: Settings, tmp_path: Path
) -> None:
    database = Database(instance)
    stop = threading.Event()

    def keep_drawing() -> None:
        while not stop.is_set():
            with database.write() as session:
                factories.make_drawing(session, id=str(uuid.uuid4()))

    writer = threading.Thread(target=keep_drawing)
    writer.start()
    try:
        sizes = [back_up(instance, tmp_path / f"{n}", now=NOW).n_drawings for n in range(3)]
    finally:
        stop.set()
        writer.join()
        database.dispose()

    assert sizes == sorted(sizes)
    assert n_drawings(instance) >= sizes[-1]


@pytest.mark.parametrize("name", ["inkloop.db", f"models/versions/v0001/model.{ONNX_SHA256}.onnx"])
def test_a_backup_with_a_changed_byte_is_refused_and_changes_nothing(
    instance: Settings, tmp_path: Path, name: str
) -> None:
    back_up(instance, tmp_path / "backup", now=NOW)
    damaged = tmp_path / "backup" / name
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"?")

    with pytest.raises(DataError, match="has changed"):
        restore(instance, tmp_path / "backup", now=NOW)

    assert n_drawings(instance) == 2
    assert not list(instance.instance.glob(".restoring-*"))


def test_a_database_with_broken_references_is_not_backed_up(
    instance: Settings, tmp_path: Path
) -> None:
    with contextlib.closing(sqlite_driver.connect(instance.database_path)) as loose, loose:
        loose.execute("UPDATE label_events SET drawing_number = 99")

    with pytest.raises(DataError, match=r"is damaged: .*label_events"):
        back_up(instance, tmp_path / "backup", now=NOW)


def test_a_damaged_database_is_refused_although_its_hash_is_right(
    instance: Settings, tmp_path: Path
) -> None:
    """As if it had been damaged before the manifest was written."""
    back_up(instance, tmp_path / "backup", now=NOW)
    path, manifest = tmp_path / "backup" / "inkloop.db", tmp_path / "backup" / "manifest.json"
    with contextlib.closing(sqlite_driver.connect(path)) as loose:
        (root,) = loose.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'uq_drawings_id' OR "
            "name = 'sqlite_autoindex_drawings_1'"
        ).fetchone()
    data = bytearray(path.read_bytes())
    size = int.from_bytes(data[16:18], "big")
    empty_leaf = bytes([10, 0, 0, 0, 0, *size.to_bytes(2, "big"), 0])  # nobody finds an id there
    data[(root - 1) * size : root * size] = empty_leaf.ljust(size, b"\0")
    path.write_bytes(data)
    listed = json.loads(manifest.read_text())
    listed["files"]["inkloop.db"]["sha256"] = hashlib.sha256(data).hexdigest()
    manifest.write_text(json.dumps(listed))

    with pytest.raises(DataError, match=r"is damaged: .*drawings"):
        verify(tmp_path / "backup")


def test_a_restore_whose_copy_is_damaged_by_the_disk_is_refused(
    instance: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(instance, tmp_path / "backup", now=NOW)
    copy = shutil.copy2

    def spoil(source: str, target: str, **how: bool) -> object:
        copied = copy(source, target, **how)
        if Path(target).suffix == ".onnx":
            Path(target).write_bytes(b"0nnx")
        return copied

    # What `copytree` copies each file with, by default.
    monkeypatch.setattr("shutil.copytree.__defaults__", (False, None, spoil, False, False))

    with pytest.raises(DataError, match="has changed"):
        restore(instance, tmp_path / "backup", now=NOW)

    assert verify_all(instance) == [1]
    assert n_drawings(instance) == 2


def test_a_backup_that_lacks_a_file_is_refused(instance: Settings, tmp_path: Path) -> None:
    back_up(instance, tmp_path / "backup", now=NOW)
    version_file(ModelStore(tmp_path / "backup" / "models"), 1, "model.onnx").unlink()

    with pytest.raises(DataError, match="is missing"):
        restore(instance, tmp_path / "backup", now=NOW)


def test_a_folder_that_is_not_a_backup_is_refused(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not a backup"):
        restore(settings, tmp_path, now=NOW)


def test_a_backup_of_a_newer_inkloop_is_refused(instance: Settings, tmp_path: Path) -> None:
    database = Database(instance)
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.dispose()

    with pytest.raises(DataError, match="newer Inkloop"):
        back_up(instance, tmp_path / "backup", now=NOW)


def test_a_damaged_model_is_not_backed_up(instance: Settings, tmp_path: Path) -> None:
    version_file(ModelStore(instance.models_dir), 1, "model.onnx").write_bytes(b"oops")

    with pytest.raises(ModelFileError):
        back_up(instance, tmp_path / "backup", now=NOW)

    assert list(tmp_path.glob("backup*")) == []


def test_a_version_whose_manifest_was_changed_is_not_backed_up(
    instance: Settings, tmp_path: Path
) -> None:
    manifest = version_file(ModelStore(instance.models_dir), 1, "manifest.json")
    listed = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(listed | {"seed": 99}))

    with pytest.raises(ModelFileError):
        back_up(instance, tmp_path / "backup", now=NOW)


def test_a_backup_with_an_older_schema_is_upgraded(instance: Settings, tmp_path: Path) -> None:
    migrate.downgrade(instance, "-1")
    back_up(instance, tmp_path / "backup", now=NOW)

    restore(instance, tmp_path / "backup", now=NOW)

    assert migrate.current(instance) == migrate.head()
    assert n_drawings(instance) == 2


def test_nothing_is_restored_while_a_backup_is_made(
    instance: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = core.storage.backup._copy_database

    def copy_while_another_restores(source: Path, target: Path) -> None:
        with pytest.raises(SettingsError, match="is running"):
            instance_lock.hold_alone(instance.instance)
        copy(source, target)

    monkeypatch.setattr("core.storage.backup._copy_database", copy_while_another_restores)

    assert back_up(instance, tmp_path / "backup", now=NOW).n_drawings == 2


def test_a_backup_never_writes_into_an_existing_folder(instance: Settings, tmp_path: Path) -> None:
    (tmp_path / "backup").mkdir()

    with pytest.raises(Conflict, match="exists already"):
        back_up(instance, tmp_path / "backup", now=NOW)


def test_an_instance_without_a_database_is_not_backed_up(tmp_path: Path) -> None:
    settings = Settings.from_env({}, instance=tmp_path / "empty")

    with pytest.raises(NotFound):
        back_up(settings, tmp_path / "backup", now=NOW)


@pytest.mark.parametrize("hold", [instance_lock.hold_up, instance_lock.hold_part])
def test_a_running_instance_is_not_restored_into(
    instance: Settings, tmp_path: Path, hold: Callable[[Path], IO[str]]
) -> None:
    back_up(instance, tmp_path / "backup", now=NOW)

    with hold(instance.instance), pytest.raises(SettingsError, match="is running"):
        restore(instance, tmp_path / "backup", now=NOW)

    assert n_drawings(instance) == 2


def test_the_manifest_names_every_file(instance: Settings, tmp_path: Path) -> None:
    back_up(instance, tmp_path / "backup", now=NOW)

    manifest = json.loads((tmp_path / "backup" / "manifest.json").read_text())

    def hashed(name: str) -> str:
        return version_file(ModelStore(instance.models_dir), 1, name).name

    assert sorted(manifest["files"]) == [
        "inkloop.db",
        f"models/versions/v0001/{hashed('manifest.json')}",
        f"models/versions/v0001/{hashed('model.onnx')}",
        f"models/versions/v0001/{hashed('weights.safetensors')}",
    ]
