"""The model store: one folder a version, published whole or not at all.

    models/v0009/weights.safetensors   for the trainer
    models/v0009/model.onnx            for the server, one file
    models/v0009/manifest.json         what it is, and the SHA-256 of the other two

A version is built in a folder of another name, synced file by file, read back, and renamed into
place with the manifest written last. A version counts only once its row is in the database too;
folders without a row are left-overs of a trainer that died.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.base.errors import Conflict, ModelFileError

MANIFEST = "manifest.json"
ONNX = "model.onnx"
WEIGHTS = "weights.safetensors"
BUILDING = ".building-"


@dataclass(frozen=True, slots=True)
class Published:
    """What the database keeps of a version's files."""

    sha256: str
    """Of model.onnx."""
    manifest_sha256: str


class ModelStore:
    """Versions in a folder. Every read is checked against the manifest's hashes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, version: int) -> Path:
        """Where a version's files are: `v0009`."""
        return self.root / f"v{version:04d}"

    def publish(
        self, version: int, files: Mapping[str, bytes], manifest: Mapping[str, Any]
    ) -> Published:
        """Write a version's files, sync and read them back, then let them appear at once.

        Raises: Conflict, if the version is there (call `discard_orphans` before: a trainer may
        have died between files and row); ModelFileError, if what is read back differs; OSError,
        if the disk fails. After any of them, nothing counts.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        building = self.root / f"{BUILDING}{version:04d}-{os.getpid()}"
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir(mode=0o755)
        try:
            hashes = {name: _write_synced(building / name, data) for name, data in files.items()}
            listed = {
                name: {"sha256": hashes[name], "bytes": len(data)} for name, data in files.items()
            }
            text = json.dumps({**manifest, "files": listed}, indent=1, sort_keys=True)
            manifest_sha256 = _write_synced(building / MANIFEST, text.encode())
            _sync_folder(building)
            self._put_in_place(building, self.folder(version))
        finally:
            shutil.rmtree(building, ignore_errors=True)
        return Published(sha256=hashes[ONNX], manifest_sha256=manifest_sha256)

    def _put_in_place(self, building: Path, folder: Path) -> None:
        try:
            # Fails if the folder is there: nobody can ever replace the files of a version.
            building.rename(folder)
        except OSError as exc:
            if folder.exists():
                raise Conflict(f"{folder.name} is there already: another trainer made it") from exc
            raise
        _sync_folder(self.root)

    def manifest(self, version: int, sha256: str | None = None) -> dict[str, Any]:
        """A version's manifest; `sha256`, from the database, says which bytes are the real ones.

        Raises: ModelFileError.
        """
        data = self._bytes(version, MANIFEST)
        if sha256 is not None and hashlib.sha256(data).hexdigest() != sha256:
            raise ModelFileError(_changed(version, MANIFEST))
        try:
            manifest = json.loads(data)
        except ValueError as exc:
            raise ModelFileError(_changed(version, MANIFEST)) from exc
        if not isinstance(manifest, dict):
            raise ModelFileError(_changed(version, MANIFEST))
        return manifest

    def read(self, version: int, name: str, sha256: str | None = None) -> bytes:
        """The bytes of one file, checked against `sha256`, else against the manifest.

        Raises: ModelFileError, if the file is missing or a byte of it changed.
        """
        if sha256 is None:
            listed = self.manifest(version).get("files", {}).get(name)
            if not isinstance(listed, dict):
                raise ModelFileError(f"version {version} has no file {name}")
            sha256 = str(listed.get("sha256"))
        data = self._bytes(version, name)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ModelFileError(_changed(version, name))
        return data

    def verify(self, version: int, manifest_sha256: str | None = None) -> None:
        """Read all files of a version against their hashes. Raises: ModelFileError."""
        manifest = self.manifest(version, manifest_sha256)
        for name in manifest.get("files", {}):
            self.read(version, name)

    def versions(self) -> list[int]:
        """The numbers of the folders that are there, in order, whether they count or not."""
        if not self.root.is_dir():
            return []
        named = (re.fullmatch(r"v(\d{4,})", path.name) for path in self.root.iterdir())
        return sorted(int(match[1]) for match in named if match)

    def discard_orphans(self, counted: Collection[int]) -> None:
        """Remove what dead trainers left: half-built folders, and versions without a row.

        Only the holder of the lease may, and `counted` must be all versions in the database.
        """
        if not self.root.is_dir():
            return
        for path in self.root.glob(f"{BUILDING}*"):
            shutil.rmtree(path, ignore_errors=True)
        for version in set(self.versions()) - set(counted):
            shutil.rmtree(self.folder(version), ignore_errors=True)

    def _bytes(self, version: int, name: str) -> bytes:
        try:
            return (self.folder(version) / name).read_bytes()
        except OSError as exc:
            raise ModelFileError(
                f"{name} of version {version} cannot be read: {exc.strerror}. Roll back, or "
                "restore a backup"
            ) from exc


def _changed(version: int, name: str) -> str:
    return (
        f"{name} of version {version} is not what was published: its bytes have changed. Roll "
        "back, or restore a backup"
    )


def _write_synced(path: Path, data: bytes) -> str:
    """Write, sync and read back a file. Returns its SHA-256. Raises: ModelFileError, OSError."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    digest = hashlib.sha256(data).hexdigest()
    if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        raise ModelFileError(f"{path.name} reads back changed: the disk is not to be trusted")
    return digest


def _sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
