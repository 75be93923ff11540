"""The model store as tests look at it: where a file lies, and whether every version is whole."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from core.base.clock import utc_now
from core.base.settings import Settings
from core.storage.database import Database
from core.storage.model_store import ModelStore, object_name
from core.storage.objects import name_of
from core.versions.queries import manifest_hashes


def version_file(store: ModelStore, version: int, name: str) -> Path:
    """Return the one file of a version that `name` (`model.onnx`) stands for."""
    (path,) = (
        path
        for path in store.folder(version).iterdir()
        if name_of(path.relative_to(store.root).as_posix()) == object_name(version, name)
    )
    return path


def verify_all(settings: Settings) -> list[int]:
    """Read every file of every version that has a row. Raises: ModelFileError."""
    database = Database(settings)
    try:
        with database.read() as session:
            hashes = manifest_hashes(session)
    finally:
        database.dispose()
    store = ModelStore(settings.models_dir)
    for version, manifest_sha256 in hashes.items():
        store.verify(version, manifest_sha256)
    return sorted(hashes)


def sweep_later(settings: Settings) -> ModelStore:
    """Delete files without a row, as a trainer does two days from now. Returns: the store."""
    store = ModelStore(settings.models_dir)
    database = Database(settings)
    try:
        with database.write() as session:
            store.sweep(manifest_hashes(session), now=utc_now() + timedelta(days=2))
    finally:
        database.dispose()
    return store
