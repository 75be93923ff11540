"""Versions of an earlier release are readable at once, and get keys at the next start."""

from __future__ import annotations

import errno
import hashlib
import itertools
import json
import logging
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from core.base.errors import ModelFileError
from core.base.settings import Settings
from core.storage import migrate
from core.storage.backup import back_up, restore, verify
from core.storage.database import Database
from core.storage.model_store import ModelStore
from core.storage.old_versions import adopt_old_versions
from tests.conftest import NOW
from tests.support import factories
from tests.support.stored import verify_all

FILES = {"weights.safetensors": b"weights" * 500, "model.onnx": bytes(range(256)) * 40}
TWO_DAYS_SECONDS = 2 * 86_400


def write_old(root: Path, version: int) -> str:
    """Write a version as earlier releases did. Returns: the hash of its manifest."""
    folder = root / f"v{version:04d}"
    folder.mkdir(parents=True)
    files = {name: data + bytes([version]) for name, data in FILES.items()}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    listed = {
        name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        for name, data in files.items()
    }
    text = json.dumps({"version": version, "files": listed}, indent=1, sort_keys=True).encode()
    (folder / "manifest.json").write_bytes(text)
    return hashlib.sha256(text).hexdigest()


def make_old(path: Path) -> None:
    """Set the time of a file or folder to two days ago."""
    then = time.time() - TWO_DAYS_SECONDS
    os.utime(path, (then, then))


@pytest.fixture
def rows(settings: Settings) -> dict[int, str]:
    """Versions 1 and 2 in the old layout, with the hashes that their rows hold."""
    return {version: write_old(settings.models_dir, version) for version in (1, 2)}


@pytest.fixture
def instance(settings: Settings, database: Database, rows: dict[int, str]) -> Settings:
    """The same, with the rows."""
    with database.write() as session:
        factories.make_drawing(session, label=3)
        for version, manifest_sha256 in rows.items():
            factories.make_version(session, version, manifest_sha256=manifest_sha256)
    database.dispose()
    return settings


def test_old_files_are_read_where_they_are(settings: Settings, rows: dict[int, str]) -> None:
    store = ModelStore(settings.models_dir)

    assert store.read_listed(2, "model.onnx", rows[2]) == FILES["model.onnx"] + b"\2"
    store.verify(1, rows[1])


def test_a_start_gives_old_files_their_keys(instance: Settings) -> None:
    migrate.upgrade(instance)

    store = ModelStore(instance.models_dir)
    assert store.versions() == [1, 2]
    assert verify_all(instance) == [1, 2]
    assert [path.name for path in instance.models_dir.iterdir()] == ["versions"]


def test_the_second_start_changes_nothing(instance: Settings) -> None:
    migrate.upgrade(instance)
    before = {path: path.stat() for path in instance.models_dir.rglob("*")}

    migrate.upgrade(instance)

    assert {path: path.stat() for path in instance.models_dir.rglob("*")} == before


class Death(BaseException):
    """The process ends here."""


@pytest.mark.parametrize(
    ("module", "call"),
    [(os, "link"), (os, "fsync"), (os, "unlink"), (os, "rmdir"), (shutil, "rmtree")],
)
def test_an_upgrade_that_dies_anywhere_loses_nothing_and_is_repeated(
    tmp_path: Path, module: ModuleType, call: str
) -> None:
    """Dies before the first such call, in another store before the second, and so on."""
    for nth in itertools.count(1):
        root = tmp_path / str(nth)
        rows = {version: write_old(root, version) for version in (1, 2)}
        has_died = die_at(nth, module, call, lambda: adopt_old_versions(root, rows))  # noqa: B023
        assert_whole(root, rows)

        adopt_old_versions(root, rows)

        assert_whole(root, rows)
        assert [path.name for path in root.iterdir()] == ["versions"]
        if not has_died:
            break
    assert nth > 2  # of each version at least one


def die_at(nth: int, module: ModuleType, name: str, work: Callable[[], None]) -> bool:
    """Do `work` until the n-th call of a function of a module. Returns whether it came to that."""
    real, calls = getattr(module, name), 0

    def call(*given: object, **named: object) -> object:
        nonlocal calls
        calls += 1
        if calls == nth:
            raise Death
        return real(*given, **named)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, name, call)
        try:
            work()
        except Death:
            return True
    return False


def assert_whole(root: Path, rows: dict[int, str]) -> None:
    for version, manifest_sha256 in rows.items():
        ModelStore(root).verify(version, manifest_sha256)


def test_files_are_copied_where_hard_links_do_not_work(
    settings: Settings, rows: dict[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_paths: object, **_how: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)

    adopt_old_versions(settings.models_dir, rows)

    assert_whole(settings.models_dir, rows)
    assert [path.name for path in settings.models_dir.iterdir()] == ["versions"]


def test_a_damaged_version_stays_as_it_is_and_the_others_are_upgraded(
    instance: Settings, rows: dict[int, str], caplog: pytest.LogCaptureFixture
) -> None:
    damaged = instance.models_dir / "v0001" / "model.onnx"
    damaged.write_bytes(b"rust")

    with caplog.at_level(logging.WARNING):
        migrate.upgrade(instance)

    assert damaged.read_bytes() == b"rust"
    ModelStore(instance.models_dir).verify(2, rows[2])
    with pytest.raises(ModelFileError, match=r"model\.onnx of version 1 is not what was published"):
        ModelStore(instance.models_dir).verify(1, rows[1])
    assert "v0001 keeps its old layout: model.onnx of version 1" in caplog.text


def test_a_full_disk_does_not_keep_an_old_instance_from_starting(
    instance: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_paths: object, **_how: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "link", full)
    monkeypatch.setattr("core.storage.objects._write_synced", full)

    migrate.upgrade(instance)

    assert verify_all(instance) == [1, 2]


def test_old_folders_without_a_row_are_deleted_after_a_day(
    settings: Settings, rows: dict[int, str]
) -> None:
    for name in ("v0003", "v0004", ".building-0005-77", ".building-0006-78"):
        (settings.models_dir / name).mkdir()
    for name in ("v0004", ".building-0006-78"):
        make_old(settings.models_dir / name)

    adopt_old_versions(settings.models_dir, rows)

    left = sorted(path.name for path in settings.models_dir.iterdir())
    assert left == [".building-0005-77", "v0003", "versions"]


def test_folders_with_other_names_stay(settings: Settings, rows: dict[int, str]) -> None:
    for name in ("vacation", "v12", "old-v0001"):
        (settings.models_dir / name).mkdir()
        make_old(settings.models_dir / name)

    adopt_old_versions(settings.models_dir, rows)

    left = sorted(path.name for path in settings.models_dir.iterdir())
    assert left == ["old-v0001", "v12", "vacation", "versions"]


def test_a_backup_is_the_same_before_and_after_the_upgrade(
    instance: Settings, tmp_path: Path
) -> None:
    back_up(instance, tmp_path / "before", now=NOW)
    migrate.upgrade(instance)
    back_up(instance, tmp_path / "after", now=NOW)

    def names(backup: Path) -> list[str]:
        models = backup / "models"
        return sorted(str(path.relative_to(models)) for path in models.rglob("*.*.*"))

    assert len(names(tmp_path / "before")) == 6
    assert names(tmp_path / "before") == names(tmp_path / "after")


def test_a_backup_made_by_an_earlier_release_is_restored_and_upgraded(
    instance: Settings, tmp_path: Path
) -> None:
    backup = tmp_path / "backup"
    back_up(instance, backup, now=NOW)
    shutil.rmtree(backup / "models")
    for version in (1, 2):
        write_old(backup / "models", version)
    list_again(backup)
    assert verify(backup).n_versions == 2

    restore(instance, backup, now=NOW)

    assert verify_all(instance) == [1, 2]
    assert [path.name for path in instance.models_dir.iterdir()] == ["versions"]


def list_again(backup: Path) -> None:
    """Bring the manifest of a backup in line with its files."""
    path = backup / "manifest.json"
    files = (file for file in backup.rglob("*") if file.is_file() and file != path)
    listed = {
        str(file.relative_to(backup)): {
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            "bytes": file.stat().st_size,
        }
        for file in files
    }
    path.write_text(json.dumps(json.loads(path.read_text()) | {"files": listed}))
