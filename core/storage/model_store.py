"""The files of model versions, as objects.

    versions/v0009/weights.<sha256>.safetensors    for the trainer
    versions/v0009/model.<sha256>.onnx             for the server
    versions/v0009/manifest.<sha256>.json          what it is, and the SHA-256 of the other two

A version's row holds the hashes of its ONNX file and of its manifest, so all keys follow from the
row and the manifest. Files are written before the row: files without a row are leftovers of a
trainer that died or lost its lease.

Earlier releases wrote `v0009/model.onnx`, without a hash. `core.storage.old_versions` gives these
files their keys at the next start; until then they are read where they are.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from core.base.errors import ModelFileError, ObjectMissing, StorageError
from core.storage.objects import FolderStore, ListedObject, ObjectStore, hashed_key, name_of

MANIFEST: Final = "manifest.json"
ONNX: Final = "model.onnx"
WEIGHTS: Final = "weights.safetensors"
VERSIONS: Final = "versions"
SWEPT_AFTER: Final = timedelta(days=1)
"""Age of files without a row at which they are deleted: no trainer takes that long to add a row."""


@dataclass(frozen=True, slots=True)
class Published:
    """The hashes for a version's row."""

    sha256: str
    """Of model.onnx."""
    manifest_sha256: str


class ModelStore:
    """The versions below one folder. Every read is checked against a hash."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._objects: ObjectStore = FolderStore(root)

    def folder(self, version: int) -> Path:
        """Return the folder of a version's files."""
        return self.root / VERSIONS / f"v{version:04d}"

    def publish(
        self, version: int, files: Mapping[str, bytes], manifest: Mapping[str, Any]
    ) -> Published:
        """Write and verify a version's files, the manifest last. They count once the row is there.

        Raises: StorageFull; ModelFileError, if what is read back differs; OSError, if the disk
        fails.
        """
        hashes = {name: self._put(version, name, data) for name, data in files.items()}
        listed = {
            name: {"sha256": sha256, "bytes": len(files[name])} for name, sha256 in hashes.items()
        }
        text = json.dumps({**manifest, "files": listed}, indent=1, sort_keys=True)
        manifest_sha256 = self._put(version, MANIFEST, text.encode())
        return Published(sha256=hashes[ONNX], manifest_sha256=manifest_sha256)

    def manifest(self, version: int, sha256: str) -> dict[str, Any]:
        """Return a version's manifest; `sha256` comes from its row. Raises: ModelFileError."""
        try:
            manifest = json.loads(self.read(version, MANIFEST, sha256))
        except ValueError as exc:
            raise ModelFileError(_changed(version, MANIFEST)) from exc
        if not isinstance(manifest, dict):
            raise ModelFileError(_changed(version, MANIFEST))
        return manifest

    def read(self, version: int, name: str, sha256: str) -> bytes:
        """Return the bytes of a file whose hash is known.

        Raises: ModelFileError, if the file is missing or a byte of it changed.
        """
        try:
            return self._get(version, name, sha256)
        except StorageError as exc:
            why = exc.__cause__
            if isinstance(why, OSError):
                raise ModelFileError(
                    f"{name} of version {version} cannot be read: {why.strerror}. Roll back, or "
                    "restore a backup"
                ) from exc
            raise ModelFileError(_changed(version, name)) from exc

    def read_listed(self, version: int, name: str, manifest_sha256: str) -> bytes:
        """Return the bytes of the manifest, or of a file that it lists. Raises: ModelFileError."""
        if name == MANIFEST:
            return self.read(version, name, manifest_sha256)
        hashes = listed_hashes(self.manifest(version, manifest_sha256))
        if name not in hashes:
            raise ModelFileError(f"version {version} has no file {name}")
        return self.read(version, name, hashes[name])

    def verify(self, version: int, manifest_sha256: str) -> None:
        """Read all files of a version against their hashes. Raises: ModelFileError."""
        for name, sha256 in listed_hashes(self.manifest(version, manifest_sha256)).items():
            self.read(version, name, sha256)

    def copy_from(self, other: ModelStore, version: int, manifest_sha256: str) -> None:
        """Copy a version of another store, verified. Raises: as `publish`, and ModelFileError."""
        for name, sha256 in listed_hashes(other.manifest(version, manifest_sha256)).items():
            self._put(version, name, other.read(version, name, sha256))
        self._put(version, MANIFEST, other.read(version, MANIFEST, manifest_sha256))

    def versions(self) -> list[int]:
        """Return the versions that have a manifest, in order, whether they have a row or not."""
        return sorted(
            version
            for version, keys in self._by_version().items()
            if any(name_of(one.key) == object_name(version, MANIFEST) for one in keys)
        )

    def sweep(self, rows: Mapping[int, str], *, now: datetime) -> int:
        """Delete files older than a day that no row needs. Returns how many.

        Only the holder of the lease may call it, inside a write transaction: a publisher verifies
        its files in the transaction that adds the row, so no file is deleted between this
        check and the commit.

        Args:
            rows: the manifest's hash of every version in the database.
        """
        surplus = [
            one.key
            for version, keys in self._by_version().items()
            for one in self._without_row(version, keys, rows.get(version))
            if one.written_at < now - SWEPT_AFTER
        ]
        for key in surplus:
            self._objects.delete(key)
        return len(surplus)

    def _without_row(
        self, version: int, keys: Sequence[ListedObject], manifest_sha256: str | None
    ) -> Sequence[ListedObject]:
        if manifest_sha256 is None:
            return keys
        names = {name_of(one.key) for one in keys}
        if None not in names and len(names) == len(keys):
            return ()  # one file of each name: the version's own, so its manifest need not be read
        try:
            hashes = listed_hashes(self.manifest(version, manifest_sha256))
        except ModelFileError:
            return ()  # without a manifest, any file may be needed
        hashes[MANIFEST] = manifest_sha256
        needed = {key_of(version, name, sha256) for name, sha256 in hashes.items()}
        return [one for one in keys if one.key not in needed]

    def _by_version(self) -> dict[int, list[ListedObject]]:
        keys = defaultdict(list)
        for one in self._objects.list(VERSIONS):
            found = re.match(rf"{VERSIONS}/v(\d{{4,}})/", one.key)
            if found:
                keys[int(found[1])].append(one)
        return keys

    def _put(self, version: int, name: str, data: bytes) -> str:
        try:
            return self._objects.put(object_name(version, name), data).sha256
        except StorageError as exc:
            raise ModelFileError(str(exc)) from exc

    def _get(self, version: int, name: str, sha256: str) -> bytes:
        try:
            return self._objects.get(key_of(version, name, sha256), sha256)
        except ObjectMissing:
            with contextlib.suppress(ObjectMissing):
                return self._objects.get(f"v{version:04d}/{name}", sha256)
            raise


def object_name(version: int, name: str) -> str:
    """Return the key of a version's file without its hash."""
    return f"{VERSIONS}/v{version:04d}/{name}"


def key_of(version: int, name: str, sha256: str) -> str:
    """Return the key of a version's file."""
    return hashed_key(object_name(version, name), sha256)


def listed_hashes(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return the SHA-256 of each file that a manifest lists."""
    return {name: str(listed["sha256"]) for name, listed in manifest.get("files", {}).items()}


def _changed(version: int, name: str) -> str:
    return (
        f"{name} of version {version} is not what was published: its bytes have changed. Roll "
        "back, or restore a backup"
    )
