"""Changed files of versions, and a store whose disk fails: what is noticed, and what serves."""

from __future__ import annotations

import contextlib
import errno
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select

from benchmarks.system.asked import Asked
from core.base.clock import utc_now
from core.base.errors import InkloopError, ModelFileError
from core.base.settings import Settings
from core.storage.database import Database
from core.storage.model_store import MANIFEST, ONNX, WEIGHTS, ModelStore
from core.storage.tables import ModelVersion
from core.versions import lifecycle as versions
from core.versions import queries as version_queries
from tests.support.fault_points import Points

FILES = (WEIGHTS, ONNX, MANIFEST)
SERVED = (ONNX, MANIFEST)
"""What a server reads; the weights are the trainer's alone."""
N_LOOKS = 20
"""Answers of a server that has refused a broken version: each must be the last good one's."""


def changed_bytes(settings: Settings, n: int, rng: random.Random) -> dict[str, int]:
    """Change byte after byte of the live version's files. Returns: how many were noticed."""
    version, sha256 = _rows(settings)[-1]
    store = ModelStore(settings.models_dir)
    n_noticed = 0
    for _ in range(n):
        with changed_byte(store.folder(version) / rng.choice(FILES), rng):
            try:
                store.verify(version, sha256)
            except ModelFileError:
                n_noticed += 1
    store.verify(version, sha256)
    return {"n": n, "n_noticed": n_noticed}


@contextlib.contextmanager
def changed_byte(path: Path, rng: random.Random) -> Iterator[None]:
    """One byte of a file, of all alike, is another one for a block."""
    whole = path.read_bytes()
    at = rng.randrange(len(whole))
    other = (whole[at] + rng.randrange(1, 256)) % 256
    path.write_bytes(whole[:at] + bytes([other]) + whole[at + 1 :])
    try:
        yield
    finally:
        path.write_bytes(whole)


def serve_broken(settings: Settings, n: int, rng: random.Random, asked: Asked) -> dict[str, int]:
    """Let versions with a changed byte go live, one by one. The one before must go on serving.

    Returns: how often it did, and how often the repaired file was then taken up.
    """
    store = ModelStore(settings.models_dir)
    rows = _rows(settings)
    live = rows[-1][0]
    n_kept = n_repaired = 0
    # The server keeps the last three in memory: of those, no byte on the disk matters to it.
    for place, (version, _sha256) in enumerate(rows[:n]):
        with changed_byte(store.folder(version) / SERVED[place % len(SERVED)], rng):
            _promote(settings, version)
            is_said = asked.is_degraded()
            n_kept += is_said and all(asked.version() == live for _ in range(N_LOOKS))
        n_repaired += asked.wait_for(version)
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
    """All versions with the hashes of their manifests, the live one last."""
    database = Database(settings)
    with database.read() as session:
        live = version_queries.champion(session)
        found = select(ModelVersion.version, ModelVersion.manifest_sha256)
        rows = [(row[0], row[1]) for row in session.execute(found.order_by(ModelVersion.version))]
    database.dispose()
    return sorted(rows, key=lambda row: (live is not None and row[0] == live.version, row[0]))


def failing_operations(settings: Settings, folder: Path) -> dict[str, Any]:
    """Let each operation of publishing a version fail in turn, as on a disk that is full.

    Each leaves no version, or a whole one that no row counts, and the next try comes through.
    """
    version, _sha256 = _rows(settings)[-1]
    real = ModelStore(settings.models_dir)
    files = {name: real.read(version, name) for name in (WEIGHTS, ONNX)}
    manifest = real.manifest(version)
    failing = _Failing(folder)
    n_clean = 0
    names: list[str] = []
    while True:
        store = ModelStore(folder / "models")
        try:
            with failing.at(len(names) + 1):
                store.publish(version, files, manifest)
        except OSError:
            names.append(failing.name)
        else:
            break
        n_clean += _is_clean(store) and _comes_through(store, version, files, manifest)
        shutil.rmtree(store.root, ignore_errors=True)
    return {"n": len(names), "n_clean": n_clean, "names": names}


class _Failing:
    """A disk that fails once, at the operation that is wanted."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.name = ""
        self._wanted = 0
        self._points = Points(folder, self._act)

    def at(self, wanted: int) -> _Failing:
        """For a block: the n-th operation fails."""
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
            store.verify(version)
    except InkloopError:
        return False
    return not list(store.root.glob(".building*"))


def _comes_through(
    store: ModelStore, version: int, files: dict[str, bytes], manifest: dict[str, Any]
) -> bool:
    store.discard_orphans([])
    published = store.publish(version, files, manifest)
    store.verify(version, published.manifest_sha256)
    return True
