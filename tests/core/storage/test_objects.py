"""Objects are durable before they have a key, never change, and are verified at each read."""

from __future__ import annotations

import errno
import hashlib
import os
import random
import resource
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.base.clock import utc_now
from core.base.errors import ObjectChanged, ObjectMissing, StorageError, StorageFull
from core.storage.objects import FolderStore, hashed_key, name_of
from tests.support.disk import RENAME, seen_on_disk

NAME = "versions/v0009/model.onnx"
DATA = bytes(range(256)) * 40
SHA256 = hashlib.sha256(DATA).hexdigest()
KEY = f"versions/v0009/model.{SHA256}.onnx"
N_SYNCS = 5
"""Of the root's parent, the file, and the three folders `v0009`, `versions` and the root."""


@pytest.fixture
def objects(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "store")


def keys(objects: FolderStore) -> list[str]:
    return [one.key for one in objects.list("versions")]


def test_a_key_is_the_name_with_the_hash_before_its_ending(objects: FolderStore) -> None:
    stored = objects.put(NAME, DATA)

    assert (stored.key, stored.sha256, stored.n_bytes) == (KEY, SHA256, len(DATA))
    assert objects.get(KEY, SHA256) == DATA


@pytest.mark.parametrize("name", ["a/model.onnx", "model", "a/2026-03-14.json", "v1.2/x.tar.gz"])
def test_a_key_gives_back_its_name(name: str) -> None:
    assert name_of(hashed_key(name, SHA256)) == name


def test_a_key_without_a_hash_has_no_name() -> None:
    assert name_of("versions/v0009/.1f2e.partial") is None


def test_an_object_is_on_the_disk_before_it_has_its_key(
    objects: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def name(descriptor: int) -> str:
        found = Path(f"/proc/self/fd/{descriptor}").readlink()
        return found.suffix or found.name

    objects.root.mkdir()
    done = seen_on_disk(monkeypatch, name)

    objects.put(NAME, DATA)

    assert done == [".partial", RENAME, "v0009", "versions", "store"]


def test_the_name_of_a_new_store_is_durable(
    objects: FolderStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = seen_on_disk(monkeypatch, lambda descriptor: str(os.fstat(descriptor).st_ino))

    objects.put(NAME, DATA)

    assert done[0] == str(tmp_path.stat().st_ino)


def test_a_stream_is_stored_in_chunks(objects: FolderStore) -> None:
    stored = objects.put(NAME, (DATA[at : at + 100] for at in range(0, len(DATA), 100)))

    assert (stored.sha256, stored.n_bytes) == (SHA256, len(DATA))
    assert objects.local_file(stored.key).read_bytes() == DATA


def test_other_bytes_under_one_name_are_another_object(objects: FolderStore) -> None:
    objects.put(NAME, DATA)
    other = objects.put(NAME, b"other")

    assert objects.get(KEY, SHA256) == DATA
    assert objects.get(other.key, other.sha256) == b"other"


def test_a_put_may_be_repeated(objects: FolderStore) -> None:
    objects.put(NAME, DATA)
    objects.put(NAME, DATA)

    assert keys(objects) == [KEY]


def test_a_put_repairs_a_damaged_object(objects: FolderStore) -> None:
    objects.put(NAME, DATA)
    objects.local_file(KEY).write_bytes(b"rust")

    objects.put(NAME, DATA)

    assert objects.get(KEY, SHA256) == DATA


def test_many_threads_may_put_the_same_object(objects: FolderStore) -> None:
    threads = [threading.Thread(target=objects.put, args=(NAME, DATA)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert keys(objects) == [KEY]
    assert objects.get(KEY, SHA256) == DATA


def test_any_changed_byte_is_noticed(objects: FolderStore) -> None:
    stored = objects.put(NAME, DATA)
    path = objects.local_file(stored.key)
    chance = random.Random(1)

    for _ in range(1_000):
        data = bytearray(DATA)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data)

        with pytest.raises(ObjectChanged, match="has changed since it was written"):
            objects.get(stored.key, stored.sha256)


def test_a_missing_object_is_named(objects: FolderStore) -> None:
    with pytest.raises(ObjectMissing, match=f"{KEY} cannot be read: No such file"):
        objects.get(KEY, SHA256)
    with pytest.raises(ObjectMissing, match=f"{KEY} is not there"):
        objects.local_file(KEY)


def test_bytes_that_read_back_changed_are_refused(
    objects: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.storage.objects._chunks", lambda _path: iter([b"other"]))

    with pytest.raises(StorageError, match="reads back changed"):
        objects.put(NAME, DATA)

    assert keys(objects) == []


@pytest.mark.parametrize(
    ("call", "nth"), [*(("fsync", nth) for nth in range(1, N_SYNCS + 1)), ("rename", 1)]
)
def test_a_failing_disk_leaves_no_object_or_a_whole_one(
    objects: FolderStore, monkeypatch: pytest.MonkeyPatch, call: str, nth: int
) -> None:
    real = getattr(os, call)
    calls = 0

    def failing(*args: object, **keywords: object) -> object:
        nonlocal calls
        calls += 1
        if calls == nth:
            raise OSError(errno.EIO, "Input/output error")
        return real(*args, **keywords)

    monkeypatch.setattr(os, call, failing)
    with pytest.raises(OSError, match="Input/output error"):
        objects.put(NAME, DATA)
    monkeypatch.undo()

    if keys(objects):
        assert keys(objects) == [KEY]
        assert objects.get(KEY, SHA256) == DATA
    assert objects.put(NAME, DATA).key == KEY


def test_a_full_disk_leaves_nothing(objects: FolderStore) -> None:
    """The kernel refuses a file that is longer than `RLIMIT_FSIZE`."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(DATA) - 1, hard))
    try:
        with pytest.raises(StorageFull, match="the disk is full, nothing was stored: make room"):
            objects.put(NAME, DATA)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert keys(objects) == []


def test_a_stream_that_fails_leaves_nothing(objects: FolderStore) -> None:
    def broken() -> Iterator[bytes]:
        yield DATA
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        objects.put(NAME, broken())

    assert keys(objects) == []


def test_the_list_has_the_objects_of_a_folder_and_unfinished_files(objects: FolderStore) -> None:
    objects.put(NAME, DATA)
    objects.put("uploads/one.zip", DATA)
    (objects.root / "versions" / "v0009" / ".1f2e.partial").write_bytes(b"half")

    assert keys(objects) == ["versions/v0009/.1f2e.partial", KEY]
    assert objects.list("sheets") == []


def test_the_list_has_the_time_of_each_write(objects: FolderStore) -> None:
    before = utc_now() - timedelta(seconds=1)

    objects.put(NAME, DATA)

    (listed,) = objects.list("versions")
    assert before < listed.written_at < utc_now() + timedelta(seconds=1)


def test_a_deleted_object_is_gone_and_may_be_deleted_again(objects: FolderStore) -> None:
    objects.put(NAME, DATA)

    objects.delete(KEY)
    objects.delete(KEY)

    assert keys(objects) == []


@pytest.mark.parametrize("key", ["../secret_key", "/etc/passwd", "versions/../../secret_key"])
def test_no_key_leads_out_of_the_store(objects: FolderStore, key: str) -> None:
    with pytest.raises(StorageError, match="leads out of the store"):
        objects.get(key, SHA256)


@pytest.mark.parametrize("links", [True, False])
def test_a_file_is_adopted_under_its_key(
    objects: FolderStore, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    file = objects.root / "v0009" / "model.onnx"
    file.parent.mkdir(parents=True)
    file.write_bytes(DATA)
    if not links:

        def no_links(*_paths: object) -> None:
            raise OSError(errno.EPERM, "Operation not permitted")

        monkeypatch.setattr(os, "link", no_links)

    objects.adopt(file, NAME, SHA256)

    assert objects.get(KEY, SHA256) == DATA
    assert (file.stat().st_nlink == 2) is links
