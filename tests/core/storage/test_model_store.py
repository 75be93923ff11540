"""A version's files are verified by hashes, and files without a row are deleted after a day."""

from __future__ import annotations

import os
import random
import resource
from datetime import timedelta
from pathlib import Path

import pytest

from core.base.clock import utc_now
from core.base.errors import ModelFileError, StorageFull
from core.storage.model_store import ModelStore, Published
from tests.support.stored import version_file

FILES = {"model.onnx": bytes(range(256)) * 40, "weights.safetensors": b"weights" * 500}
MANIFEST = {"version": 1, "network": "compact"}
NAMES = [*FILES, "manifest.json"]
N_SYNCS = 1 + 4 * len(NAMES)
"""Of the root's parent, and of each file and the three folders above it."""


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


def file_names(store: ModelStore, version: int) -> list[str]:
    return sorted(path.name for path in store.folder(version).iterdir())


def test_a_published_version_reads_back(store: ModelStore) -> None:
    published = store.publish(9, FILES, MANIFEST)

    assert store.versions() == [9]
    assert store.read(9, "model.onnx", published.sha256) == FILES["model.onnx"]
    assert store.manifest(9, published.manifest_sha256)["network"] == "compact"
    store.verify(9, published.manifest_sha256)


def test_file_names_have_version_kind_and_hash(store: ModelStore) -> None:
    published = store.publish(9, {"model.onnx": b"onnx"}, MANIFEST)

    assert store.folder(9) == store.root / "versions" / "v0009"
    assert file_names(store, 9) == [
        f"manifest.{published.manifest_sha256}.json",
        f"model.{published.sha256}.onnx",
    ]


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_found_by_the_manifest_that_lists_it(store: ModelStore, name: str) -> None:
    published = store.publish(9, FILES, MANIFEST)

    assert store.read_listed(9, name, published.manifest_sha256) == FILES[name]


def test_the_manifest_is_read_as_it_was_written(store: ModelStore) -> None:
    published = store.publish(9, FILES, MANIFEST)

    data = store.read_listed(9, "manifest.json", published.manifest_sha256)

    assert data == version_file(store, 9, "manifest.json").read_bytes()


def test_a_file_that_the_manifest_does_not_list_is_refused(store: ModelStore) -> None:
    published = store.publish(9, FILES, MANIFEST)

    with pytest.raises(ModelFileError, match=r"version 9 has no file notes\.txt"):
        store.read_listed(9, "notes.txt", published.manifest_sha256)


def test_two_trainers_with_one_number_write_side_by_side(store: ModelStore) -> None:
    one = store.publish(1, FILES, MANIFEST)
    other = store.publish(1, {**FILES, "model.onnx": b"other"}, MANIFEST)

    store.verify(1, one.manifest_sha256)
    store.verify(1, other.manifest_sha256)
    assert store.read(1, "model.onnx", one.sha256) == FILES["model.onnx"]


def test_any_changed_byte_is_noticed(store: ModelStore) -> None:
    published = store.publish(1, FILES, MANIFEST)
    chance = random.Random(1)

    for _ in range(1_000):
        path = version_file(store, 1, chance.choice(NAMES))
        whole = path.read_bytes()
        data = bytearray(whole)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data)

        with pytest.raises(ModelFileError, match="is not what was published"):
            store.verify(1, published.manifest_sha256)
        path.write_bytes(whole)


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_file_is_named(store: ModelStore, name: str) -> None:
    published = store.publish(3, FILES, MANIFEST)
    version_file(store, 3, name).unlink()

    with pytest.raises(ModelFileError, match=f"{name} of version 3 cannot be read: No such file"):
        store.verify(3, published.manifest_sha256)


def test_a_manifest_that_is_not_an_object_is_refused(store: ModelStore) -> None:
    store.publish(1, FILES, MANIFEST)
    stored = store._objects.put("versions/v0001/manifest.json", b"[1]")

    with pytest.raises(ModelFileError):
        store.manifest(1, stored.sha256)


@pytest.mark.parametrize("nth", range(1, N_SYNCS + 1))
def test_a_failing_disk_leaves_no_version_or_a_whole_one(
    store: ModelStore, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    sync = os.fsync
    calls = 0

    def failing(descriptor: int) -> None:
        nonlocal calls
        calls += 1
        if calls == nth:
            raise OSError(28, "No space left on device")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(StorageFull):
        store.publish(1, FILES, MANIFEST)
    monkeypatch.undo()

    if store.versions():
        name = version_file(store, 1, "manifest.json").name
        store.verify(1, name.split(".")[1])
    again = store.publish(1, FILES, MANIFEST)
    store.verify(1, again.manifest_sha256)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_cannot_be_written_whole_leaves_no_version(
    store: ModelStore, name: str
) -> None:
    """The kernel refuses what is longer than all files before this one: `RLIMIT_FSIZE`."""
    sizes = {one: 100 * place for place, one in enumerate(FILES, start=1)}
    files = {one: bytes(size) for one, size in sizes.items()}
    room = sizes.get(name, max(sizes.values()) + 1) - 1
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        with pytest.raises(StorageFull):
            store.publish(1, files, MANIFEST)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert store.versions() == []


def sweep(store: ModelStore, rows: dict[int, Published], days: float) -> int:
    hashes = {version: published.manifest_sha256 for version, published in rows.items()}
    return store.sweep(hashes, now=utc_now() + timedelta(days=days))


def test_files_without_a_row_are_deleted_after_a_day_and_versions_stay(store: ModelStore) -> None:
    one = store.publish(1, FILES, MANIFEST)
    store.publish(2, FILES, MANIFEST)

    n_young = sweep(store, {1: one}, days=0.9)
    n_old = sweep(store, {1: one}, days=1.1)

    assert (n_young, n_old) == (0, 3)
    assert store.versions() == [1]
    store.verify(1, one.manifest_sha256)


def test_files_of_another_trainer_beside_a_version_are_deleted_after_a_day(
    store: ModelStore,
) -> None:
    store.publish(1, {**FILES, "model.onnx": b"other"}, MANIFEST)
    kept = store.publish(1, FILES, MANIFEST)

    n = sweep(store, {1: kept}, days=1.1)

    assert n == 2  # its model and its manifest; the weights are the same
    store.verify(1, kept.manifest_sha256)
    assert len(file_names(store, 1)) == 3


def test_unfinished_files_are_deleted_after_a_day(store: ModelStore) -> None:
    kept = store.publish(1, FILES, MANIFEST)
    (store.folder(1) / ".1f2e.partial").write_bytes(b"half")

    assert sweep(store, {1: kept}, days=1.1) == 1
    store.verify(1, kept.manifest_sha256)


def test_no_file_beside_a_damaged_manifest_is_deleted(store: ModelStore) -> None:
    store.publish(1, {**FILES, "model.onnx": b"other"}, MANIFEST)
    kept = store.publish(1, FILES, MANIFEST)
    path = store.folder(1) / f"manifest.{kept.manifest_sha256}.json"
    path.write_bytes(b"{}")

    assert sweep(store, {1: kept}, days=1.1) == 0


def test_other_files_in_the_folder_of_the_store_stay(store: ModelStore) -> None:
    store.publish(1, FILES, MANIFEST)
    for name in ("notes.txt", "versions/notes.txt", "mine/versions/v0001/x"):
        (store.root / name).parent.mkdir(parents=True, exist_ok=True)
        (store.root / name).write_text("mine")

    assert sweep(store, {}, days=1.1) == 3
    assert (store.root / "notes.txt").exists()
    assert (store.root / "versions" / "notes.txt").exists()


def test_a_version_is_copied_whole_to_another_store(store: ModelStore, tmp_path: Path) -> None:
    published = store.publish(7, FILES, MANIFEST)
    other = ModelStore(tmp_path / "other")

    other.copy_from(store, 7, published.manifest_sha256)

    other.verify(7, published.manifest_sha256)
    assert file_names(other, 7) == file_names(store, 7)


def test_a_damaged_version_is_not_copied(store: ModelStore, tmp_path: Path) -> None:
    published = store.publish(7, FILES, MANIFEST)
    version_file(store, 7, "weights.safetensors").write_bytes(b"rust")

    with pytest.raises(ModelFileError):
        ModelStore(tmp_path / "other").copy_from(store, 7, published.manifest_sha256)
