"""Objects: files that are written once and never change, under keys that end in their hash.

    put("versions/v0009/model.onnx", data)  ->  versions/v0009/model.<sha256>.onnx

A key tells a person what the object is, and no write can replace other bytes. The database row that
holds the hash is the commit: an object is written, read back and verified before the transaction,
and counts once the row exists. Objects without a row are leftovers of processes that died. The code
that uses a folder of keys deletes them there: `ModelStore.sweep` and `uploads.sweep`.

`FolderStore` keeps objects in a folder. It needs no conditional write, and renames only the
unfinished file of a put.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Final, Protocol

from core.base.errors import ObjectChanged, ObjectMissing, StorageError, StorageFull

CHUNK_BYTES: Final = 1 << 20
NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
HASHED: Final = re.compile(r"(?P<stem>.+)\.[0-9a-f]{64}(?P<suffix>\.[^./]+)?")


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object that was written and verified."""

    key: str
    sha256: str
    n_bytes: int


@dataclass(frozen=True, slots=True)
class ListedObject:
    """A key in the store. That of an unfinished put has no hash."""

    key: str
    written_at: datetime


class ObjectStore(Protocol):
    """The interface of a store. Any number of processes may use one at once."""

    def put(self, name: str, data: bytes | Iterable[bytes]) -> StoredObject:
        """Write an object durably, read it back and compare hashes. Repeating it is harmless.

        `name` is the key without the hash: `versions/v0009/model.onnx`.

        Raises: StorageFull; StorageError, if what is read back differs; OSError, if the disk fails;
        and what the iterable raises. After any of them, nothing has the key.
        """

    def get(self, key: str, sha256: str) -> bytes:
        """Return the bytes of an object whose hash must be `sha256`.

        Raises: ObjectMissing; ObjectChanged; StorageError, if it cannot be read.
        """

    def local_file(self, key: str) -> Path:
        """Return a file with the bytes of a large object, not verified. Raises: ObjectMissing."""

    def list(self, prefix: str) -> Sequence[ListedObject]:
        """Return all keys that begin with the folder `prefix`, in order."""

    def delete(self, key: str) -> None:
        """Delete an object, if it exists."""


def hashed_key(name: str, sha256: str) -> str:
    """Return the key of an object: `a/model.onnx` -> `a/model.<sha256>.onnx`."""
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}.{sha256}{path.suffix}"))


def name_of(key: str) -> str | None:
    """Return a key without its hash; None for a key that has none, as of an unfinished put."""
    found = HASHED.fullmatch(key)
    return None if found is None else found["stem"] + (found["suffix"] or "")


class FolderStore:
    """Objects as files below one folder, which the first put creates."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, name: str, data: bytes | Iterable[bytes]) -> StoredObject:
        """Write, sync and read back an unfinished file, then rename it to its key and sync that."""
        folder = self._path(name).parent
        partial = folder / f".{secrets.token_hex(8)}.partial"
        chunks = (data,) if isinstance(data, bytes) else data
        with _full_disk_in_words():
            self._make_folder(folder)
            try:
                sha256, n_bytes = _write_synced(partial, chunks)
                key = hashed_key(name, sha256)
                # An existing file has the same bytes or is damaged, so it may be replaced.
                partial.rename(self._path(key))
            finally:
                partial.unlink(missing_ok=True)
            self._sync_folders(folder)
        return StoredObject(key, sha256, n_bytes)

    def adopt(self, file: Path, name: str, sha256: str) -> None:
        """Store a verified file of the same file system under its key, by a hard link if possible.

        Raises: as `put`. The caller verifies the object before it removes the file.
        """
        target = self._path(hashed_key(name, sha256))
        with _full_disk_in_words():
            self._make_folder(target.parent)
            try:
                target.hardlink_to(file)
            except (
                OSError
            ):  # the key exists after an interrupted upgrade, or hard links do not work
                self.put(name, _chunks(file))
            self._sync_folders(target.parent)

    def get(self, key: str, sha256: str) -> bytes:
        """Read a file and compare its hash."""
        try:
            data = self._path(key).read_bytes()
        except FileNotFoundError as exc:
            raise ObjectMissing(f"{key} cannot be read: {exc.strerror}") from exc
        except OSError as exc:
            raise StorageError(f"{key} cannot be read: {exc.strerror}") from exc
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ObjectChanged(f"{key} has changed since it was written")
        return data

    def local_file(self, key: str) -> Path:
        """Return the file itself."""
        path = self._path(key)
        if not path.is_file():
            raise ObjectMissing(f"{key} is not there")
        return path

    def list(self, prefix: str) -> Sequence[ListedObject]:
        """Walk through the folder `prefix`; skip files that are deleted meanwhile."""
        found = []
        for path in sorted(self._path(prefix).rglob("*")):
            with contextlib.suppress(FileNotFoundError):
                if path.is_file():
                    written_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                    found.append(ListedObject(path.relative_to(self.root).as_posix(), written_at))
        return found

    def delete(self, key: str) -> None:
        """Unlink the file. Its folder stays, since another process may be writing there."""
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        path = PurePosixPath(key)
        if path.is_absolute() or ".." in path.parts:
            raise StorageError(f"{key} is not a valid key: it leads out of the store")
        return self.root / path

    def _make_folder(self, folder: Path) -> None:
        if not self.root.is_dir():
            self.root.mkdir(parents=True, exist_ok=True)
            _sync(self.root.parent)
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)

    def _sync_folders(self, folder: Path) -> None:
        """Make the names in `folder` durable, and those in the folders above it up to the root."""
        _sync(folder)
        while folder != self.root:
            folder = folder.parent
            _sync(folder)


def _write_synced(path: Path, chunks: Iterable[bytes]) -> tuple[str, int]:
    """Write, sync and read back a file. Returns: its SHA-256 and its size in bytes."""
    digest, n_bytes = hashlib.sha256(), 0
    with path.open("xb") as file:
        for chunk in chunks:
            digest.update(chunk)
            n_bytes += len(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    sha256 = digest.hexdigest()
    if _sha256(path) != sha256:
        raise StorageError(f"{path} reads back changed: the disk cannot be trusted")
    return sha256, n_bytes


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    for chunk in _chunks(path):
        digest.update(chunk)
    return digest.hexdigest()


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _full_disk_in_words() -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        if exc.errno in NO_ROOM:
            raise StorageFull(
                "the disk is full, nothing was stored: make room, then try again"
            ) from exc
        raise
