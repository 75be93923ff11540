"""Backups of an instance: made and verified while it runs, restored only while it is stopped.

    2026-11-23T030000Z/manifest.json           facts, and the SHA-256 of every other file
    2026-11-23T030000Z/inkloop.db              a consistent copy of the database
    2026-11-23T030000Z/models/versions/v0009/… the versions that this copy has rows of
    2026-11-23T030000Z/secret_key              if the instance has one: it identifies contributors,
                                               so keep backups private

The live database is read through SQLite alone. Files of a version never change, so that database
and versions agree: the copied rows name the files.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import core
from core.base.errors import Conflict, DataError, NotFound
from core.base.settings import Settings
from core.storage import instance_lock, migrate
from core.storage.database import BUSY_TIMEOUT_SECONDS, sqlite_driver
from core.storage.model_store import ModelStore

MANIFEST = "manifest.json"
DATABASE = "inkloop.db"
SECRET = "secret_key"  # noqa: S105  a file name
MODELS = "models"
SIDE_FILES = ("", "-wal", "-shm")
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was verified."""

    path: Path
    created_at: str
    n_drawings: int
    n_versions: int
    n_bytes: int


def back_up(settings: Settings, path: Path | None, *, now: datetime) -> Backup:
    """Copy the instance to `path` (by default `backups/<time>` in the instance) while it runs.

    The folder appears whole or not at all. Raises: Conflict, if it exists; NotFound, without a
    database; DataError, if the copy is damaged.
    """
    path = path or settings.instance / "backups" / now.strftime("%Y-%m-%dT%H%M%SZ")
    if path.exists():
        raise Conflict(f"{path} exists already: choose another folder")
    if not settings.database_path.exists():
        raise NotFound("database at", settings.database_path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _partial(path) as partial, instance_lock.hold_part(settings.instance):
        _copy_database(settings.database_path, partial / DATABASE)
        facts = _check_database(partial / DATABASE)
        _copy_versions(ModelStore(settings.models_dir), facts["versions"], partial / MODELS)
        if not settings.secret_key and settings.secret_path.exists():
            shutil.copyfile(settings.secret_path, partial / SECRET)
            (partial / SECRET).chmod(0o600)
        _write_manifest(partial, facts, now)
        made = verify(partial)
        _sync_tree(partial)
        partial.rename(path)
        _sync(path.parent)
    return Backup(path, made.created_at, made.n_drawings, made.n_versions, made.n_bytes)


def verify(path: Path) -> Backup:
    """Compare every file of a backup with its manifest, and check its database.

    Raises: DataError, naming the file that is missing or changed.
    """
    manifest = _read_manifest(path)
    for name, listed in manifest["files"].items():
        file = path / name
        if not file.is_file():
            raise DataError(f"{file} is missing: this backup is incomplete, use another one")
        if _sha256(file) != listed["sha256"]:
            raise DataError(f"{file} has changed since the backup was made: use another one")
    facts = _check_database(path / DATABASE)
    if facts["revision"] > migrate.head():  # revisions are numbered
        raise DataError(f"{path} was made by a newer Inkloop: install that release, then restore")
    return Backup(
        path=path,
        created_at=manifest["created_at"],
        n_drawings=facts["n_drawings"],
        n_versions=len(facts["versions"]),
        n_bytes=sum(listed["bytes"] for listed in manifest["files"].values()),
    )


def restore(settings: Settings, path: Path, *, now: datetime) -> tuple[Backup, Path | None]:
    """Replace the instance's data with a backup, and keep the previous data aside.

    Returns: the backup, and the folder of the previous data (None if there was none).
    Raises: SettingsError, while Inkloop runs there; DataError, if the backup is damaged (then
    nothing was changed).
    """
    up, parts = instance_lock.hold_alone(settings.instance)
    with up, parts:
        found = verify(path)
        fresh = settings.instance / f".restoring-{os.getpid()}"
        shutil.rmtree(fresh, ignore_errors=True)
        try:
            shutil.copytree(path, fresh)
            verify(fresh)
            _sync_tree(fresh)
            settings.restoring_path.touch()
            _sync(settings.instance)
            aside = _move_aside(settings, now)
            _move_in(settings, fresh)
            settings.restoring_path.unlink()
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        migrate.upgrade(settings)
    return found, aside


def _copy_database(source: Path, target: Path) -> None:
    # VACUUM INTO reads one snapshot beside writers, and copies no deleted bytes.
    with _connection(source) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))
    target.chmod(0o600)


def _check_database(path: Path) -> dict[str, Any]:
    """Return facts about a database. Raises: DataError, if SQLite finds it damaged."""
    with _connection(path, "?mode=ro&immutable=1") as connection:
        try:
            problems = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            problems = [] if problems == ["ok"] else problems
            problems += [str(row) for row in connection.execute("PRAGMA foreign_key_check")]
            if problems:
                raise DataError(f"{path} is damaged: {problems[0]}. Use another backup")
            return {
                "revision": _one(connection, "SELECT version_num FROM alembic_version"),
                "n_drawings": _one(connection, "SELECT count(*) FROM drawings"),
                "versions": dict(
                    connection.execute(
                        "SELECT version, manifest_sha256 FROM model_versions ORDER BY version"
                    ).fetchall()
                ),
            }
        except sqlite_driver.DatabaseError as exc:
            raise DataError(f"{path} is not a database of Inkloop: {exc}") from exc


def _one(connection: Any, query: str) -> Any:
    return connection.execute(query).fetchone()[0]


@contextlib.contextmanager
def _connection(path: Path, options: str = "") -> Iterator[Any]:
    uri = f"file:{path.resolve().as_posix().replace('?', '%3f').replace('#', '%23')}{options}"
    connection = sqlite_driver.connect(
        uri, uri=True, isolation_level=None, timeout=BUSY_TIMEOUT_SECONDS
    )
    try:
        yield connection
    finally:
        connection.close()


def _copy_versions(store: ModelStore, versions: dict[int, str], target: Path) -> None:
    """Copy and verify versions, given by number and hash of the manifest."""
    target.mkdir()
    copies = ModelStore(target)
    for version, manifest_sha256 in versions.items():
        copies.copy_from(store, version, manifest_sha256)


def _write_manifest(path: Path, facts: dict[str, Any], now: datetime) -> None:
    files = sorted(file for file in path.rglob("*") if file.is_file())
    manifest = {
        "inkloop": core.__version__,
        "created_at": now.isoformat(),
        "revision": facts["revision"],
        "files": {
            file.relative_to(path).as_posix(): {
                "sha256": _sha256(file),
                "bytes": file.stat().st_size,
            }
            for file in files
        },
    }
    (path / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise DataError(f"{path} is not a backup: it has no readable {MANIFEST}") from exc
    if not isinstance(manifest, dict) or DATABASE not in manifest.get("files", {}):
        raise DataError(f"{path} is not a backup of Inkloop: its {MANIFEST} lists no {DATABASE}")
    return manifest


def _move_aside(settings: Settings, now: datetime) -> Path | None:
    database = settings.database_path
    present = [database.with_name(database.name + end) for end in SIDE_FILES]
    present.append(settings.models_dir)
    if not settings.secret_key:
        present.append(settings.secret_path)
    present = [path for path in present if path.exists()]
    if not present:
        return None
    aside = settings.instance / f"before-restore-{now.strftime('%Y-%m-%dT%H%M%SZ')}"
    aside.mkdir(mode=0o700)
    for path in present:
        shutil.move(path, aside / path.name)
    return aside


def _move_in(settings: Settings, fresh: Path) -> None:
    shutil.move(fresh / MODELS, settings.models_dir)
    if (fresh / SECRET).exists() and not settings.secret_key:
        shutil.move(fresh / SECRET, settings.secret_path)
    shutil.move(fresh / DATABASE, settings.database_path)
    _sync(settings.instance)


@contextlib.contextmanager
def _partial(path: Path) -> Iterator[Path]:
    """Make a folder to build in, beside the final one; remove it if building fails."""
    partial = path.with_name(f"{path.name}.partial-{os.getpid()}")
    partial.mkdir(mode=0o700)
    try:
        yield partial
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _sync_tree(path: Path) -> None:
    for file in path.rglob("*"):
        _sync(file)
    _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
