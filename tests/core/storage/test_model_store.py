"""Versions are published whole or not at all, and a changed byte is always noticed."""

from __future__ import annotations

import json
import os
import random
import resource
from pathlib import Path

import pytest

from core.base.errors import Conflict, ModelFileError
from core.storage.model_store import ModelStore
from tests.support.disk import RENAME, seen_on_disk

FILES = {"model.onnx": bytes(range(256)) * 40, "weights.safetensors": b"weights" * 500}
MANIFEST = {"version": 1, "network": "compact"}
N_SYNCS = len(FILES) + 3
"""Of each file, the manifest, the folder before its name, and the folder that holds the name."""


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


def test_what_was_published_reads_back(store: ModelStore) -> None:
    published = store.publish(9, FILES, MANIFEST)

    assert store.folder(9).name == "v0009"
    assert store.versions() == [9]
    assert store.read(9, "model.onnx", published.sha256) == FILES["model.onnx"]
    assert store.manifest(9, published.manifest_sha256)["network"] == "compact"
    store.verify(9, published.manifest_sha256)


def test_all_is_on_the_disk_before_a_version_has_its_name(
    store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def name(descriptor: int) -> str:
        return Path(f"/proc/self/fd/{descriptor}").readlink().name.partition("-")[0]

    done = seen_on_disk(monkeypatch, name)

    store.publish(9, FILES, MANIFEST)

    assert done == [*FILES, "manifest.json", ".building", RENAME, "models"]


def test_the_files_of_a_version_are_never_replaced(store: ModelStore) -> None:
    store.publish(1, FILES, MANIFEST)

    with pytest.raises(Conflict):
        store.publish(1, {**FILES, "model.onnx": b"other"}, MANIFEST)

    assert store.read(1, "model.onnx") == FILES["model.onnx"]
    assert [path.name for path in store.root.iterdir()] == ["v0001"]


def test_any_changed_byte_is_noticed(store: ModelStore) -> None:
    published = store.publish(1, FILES, MANIFEST)
    chance = random.Random(1)
    names = [*FILES, "manifest.json"]

    for _ in range(1_000):
        path = store.folder(1) / chance.choice(names)
        data = bytearray(path.read_bytes())
        at = chance.randrange(len(data))
        data[at] ^= 1 << chance.randrange(8)
        whole = path.read_bytes()
        path.write_bytes(data)

        with pytest.raises(ModelFileError):
            store.verify(1, published.manifest_sha256)
        path.write_bytes(whole)


@pytest.mark.parametrize("name", ["model.onnx", "weights.safetensors", "manifest.json"])
def test_a_missing_file_is_said_in_words(store: ModelStore, name: str) -> None:
    store.publish(3, FILES, MANIFEST)
    (store.folder(3) / name).unlink()

    with pytest.raises(ModelFileError, match=f"{name} of version 3 cannot be read"):
        store.verify(3)


@pytest.mark.parametrize(
    ("call", "nth"), [*(("fsync", nth) for nth in range(1, N_SYNCS + 1)), ("rename", 1)]
)
def test_a_failing_disk_leaves_no_version_or_a_whole_one(
    store: ModelStore, monkeypatch: pytest.MonkeyPatch, call: str, nth: int
) -> None:
    real = getattr(os, call)
    calls = 0

    def failing(*args: object, **keywords: object) -> object:
        nonlocal calls
        calls += 1
        if calls == nth:
            raise OSError(28, "No space left on device")
        return real(*args, **keywords)

    monkeypatch.setattr(os, call, failing)
    with pytest.raises(OSError, match="No space left"):
        store.publish(1, FILES, MANIFEST)
    monkeypatch.undo()

    if store.versions():
        store.verify(1)
    assert list(store.root.glob(".building-*")) == []


@pytest.mark.parametrize("name", [*FILES, "manifest.json"])
def test_a_file_that_cannot_be_written_whole_leaves_no_version(
    tmp_path: Path, store: ModelStore, name: str
) -> None:
    """The kernel refuses what is longer than all files before this one: `RLIMIT_FSIZE`."""
    sizes = {one: 100 * place for place, one in enumerate(FILES, start=1)}
    files = {one: bytes(size) for one, size in sizes.items()}
    room = sizes.get(name, max(sizes.values()) + 1) - 1
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            store.publish(1, files, MANIFEST)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert store.versions() == []
    assert list(store.root.glob(".building-*")) == []


def test_orphans_go_and_counted_versions_stay(store: ModelStore) -> None:
    store.publish(1, FILES, MANIFEST)
    store.publish(2, FILES, MANIFEST)
    (store.root / ".building-0003-1").mkdir()

    store.discard_orphans(counted=[1])

    assert [path.name for path in store.root.iterdir()] == ["v0001"]


def test_a_manifest_that_is_no_object_is_refused(store: ModelStore) -> None:
    store.publish(1, FILES, MANIFEST)
    (store.folder(1) / "manifest.json").write_text(json.dumps([1]))

    with pytest.raises(ModelFileError):
        store.manifest(1)
