"""Corrupted model files and a failing disk: whether it is detected, and which version serves."""

from __future__ import annotations

import contextlib
import errno
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select

from benchmarks.system.probe import PredictionProbe
from core.base.clock import utc_now
from core.base.errors import InkloopError, ModelFileError, StorageFull
from core.base.settings import Settings
from core.storage.database import Database
from core.storage.model_store import MANIFEST, ONNX, WEIGHTS, ModelStore
from core.storage.tables import ModelVersion
from core.versions import lifecycle as versions
from core.versions import queries as version_queries
from tests.support.fault_points import FaultPoints
from tests.support.stored import version_file

FILES = (WEIGHTS, ONNX, MANIFEST)
SERVED = (ONNX, MANIFEST)
"""Files that a server reads. Only the trainer reads the weights."""
N_LOOKS = 20
"""Predictions requested after a refusal: the last good version has to give each."""


def changed_bytes(settings: Settings, n: int, rng: random.Random) -> dict[str, int]:
    """Change single bytes of the live version's files. Returns: how many were detected."""
    version, sha256 = _rows(settings)[-1]
    store = ModelStore(settings.models_dir)
    n_noticed = 0
    for _ in range(n):
        with changed_byte(version_file(store, version, rng.choice(FILES)), rng):
            try:
                store.verify(version, sha256)
            except ModelFileError:
                n_noticed += 1
    store.verify(version, sha256)
    return {"n": n, "n_noticed": n_noticed}


@contextlib.contextmanager
def changed_byte(path: Path, rng: random.Random) -> Iterator[None]:
    """Change one byte of a file, chosen uniformly, for a block."""
    whole = path.read_bytes()
    at = rng.randrange(len(whole))
    other = (whole[at] + rng.randrange(1, 256)) % 256
    path.write_bytes(whole[:at] + bytes([other]) + whole[at + 1 :])
    try:
        yield
    finally:
        path.write_bytes(whole)


def serve_broken(
    settings: Settings, n: int, rng: random.Random, probe: PredictionProbe
) -> dict[str, int]:
    """Promote versions with a changed byte, one by one. The last good version has to keep serving.

    Returns: how often it did, and how often the repaired version was served afterwards.
    """
    store = ModelStore(settings.models_dir)
    rows = _rows(settings)
    live = rows[-1][0]
    n_kept = n_repaired = 0
    # The server keeps the last three versions in memory and does not read their files again.
    for place, (version, _sha256) in enumerate(rows[:n]):
        with changed_byte(version_file(store, version, SERVED[place % len(SERVED)]), rng):
            _promote(settings, version)
            is_reported = probe.is_refused(version)
            n_kept += is_reported and all(probe.version() == live for _ in range(N_LOOKS))
        n_repaired += probe.wait_for(version)
        live = version
    return {"n": len(rows[:n]), "n_kept": n_kept, "n_repaired": n_repaired}


def _promote(settings: Settings, version: int) -> None:
    database = Database(settings)
    with database.write() as session:
        versions.promote(
            session, version, kind="promote", reason="bench", by="bench", now=utc_now()
        )
    database.dispose()


def _rows(settings: Settings) -> list[tuple[int, str]]:
    """All versions with their manifests' hashes, the live version last."""
    database = Database(settings)
    with database.read() as session:
        live = version_queries.champion(session)
        found = select(ModelVersion.version, ModelVersion.manifest_sha256)
        rows = [(row[0], row[1]) for row in session.execute(found.order_by(ModelVersion.version))]
    database.dispose()
    return sorted(rows, key=lambda row: (live is not None and row[0] == live.version, row[0]))


def failing_operations(settings: Settings, folder: Path) -> dict[str, Any]:
    """Let each file operation of a publication fail in turn, as on a full disk.

    Each failure has to leave no version, or a complete one without a row; a retry has to succeed.
    """
    version, sha256 = _rows(settings)[-1]
    real = ModelStore(settings.models_dir)
    files = {name: real.read_listed(version, name, sha256) for name in (WEIGHTS, ONNX)}
    manifest = real.manifest(version, sha256)
    disk = _FailingDisk(folder)
    n_clean = 0
    names: list[str] = []
    while True:
        store = ModelStore(folder / "models")
        try:
            with disk.at(len(names) + 1):
                store.publish(version, files, manifest)
        except StorageFull:
            names.append(disk.name)
        else:
            break
        n_clean += _is_clean(store) and _publishes(store, version, files, manifest)
        shutil.rmtree(store.root, ignore_errors=True)
    return {"n": len(names), "n_clean": n_clean, "names": names}


class _FailingDisk:
    """A disk that fails once, at a given operation."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.name = ""
        self._wanted = 0
        self._points = FaultPoints(folder, self._act)

    def at(self, wanted: int) -> _FailingDisk:
        """Let the n-th operation of a block fail."""
        self._wanted, self._points.n = wanted, 0
        return self

    def __enter__(self) -> None:
        self._points.begin()

    def __exit__(self, *_error: object) -> None:
        self._points.end()

    def _act(self, n: int, name: str, _half: int | None) -> None:
        if n == self._wanted:
            self.name = name
            raise OSError(errno.ENOSPC, "No space left on device")


def _is_clean(store: ModelStore) -> bool:
    try:
        for version in store.versions():
            store.verify(version, _manifest_hash(store, version))
    except InkloopError:
        return False
    return not list(store.root.rglob("*.partial"))


def _manifest_hash(store: ModelStore, version: int) -> str:
    """Return the hash in the name of a version's only manifest, as its row would have it."""
    return version_file(store, version, MANIFEST).name.split(".")[1]


def _publishes(
    store: ModelStore, version: int, files: dict[str, bytes], manifest: dict[str, Any]
) -> bool:
    published = store.publish(version, files, manifest)
    store.verify(version, published.manifest_sha256)
    return True
