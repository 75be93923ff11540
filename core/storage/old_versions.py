"""The upgrade of version files that earlier releases wrote.

    v0009/model.onnx  ->  versions/v0009/model.<sha256>.onnx

An old folder is deleted once all of its files have keys and were verified there, so the upgrade may
be interrupted anywhere and repeated. A damaged version keeps its folder; reading it raises an error
with the reason.
"""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from core.base.clock import utc_now
from core.base.errors import InkloopError
from core.storage.model_store import (
    MANIFEST,
    SWEPT_AFTER,
    ModelStore,
    key_of,
    listed_hashes,
    object_name,
)
from core.storage.objects import FolderStore

OLD_FOLDER: Final = re.compile(r"v(?P<version>\d{4,})|\.building-.*")
log = logging.getLogger(__name__)  # without a set-up, it writes to the standard error


def adopt_old_versions(root: Path, rows: Mapping[int, str]) -> None:
    """Give the files of the old layout below `root` their keys. Call it under the write lock.

    A failure is logged and left for the next start: such a version is read in its old folder.

    Args:
        rows: the manifest's hash of every version in the database. A folder without a row is a
            leftover, and is deleted when it is older than a day.
    """
    if not root.is_dir():
        return
    for folder in sorted(path for path in root.iterdir() if path.is_dir()):
        found = OLD_FOLDER.fullmatch(folder.name)
        if found is None:
            continue
        version = int(found["version"] or 0)
        try:
            if version in rows:
                _adopt(root, folder, version, rows[version])
            elif _is_old(folder):
                shutil.rmtree(folder)
        except (InkloopError, OSError) as exc:
            log.warning("%s keeps its old layout: %s", folder, exc)


def _adopt(root: Path, folder: Path, version: int, manifest_sha256: str) -> None:
    store, objects = ModelStore(root), FolderStore(root)
    store.verify(version, manifest_sha256)
    hashes = listed_hashes(store.manifest(version, manifest_sha256)) | {MANIFEST: manifest_sha256}
    for name, sha256 in hashes.items():
        if (folder / name).exists():
            objects.adopt(folder / name, object_name(version, name), sha256)
    for name, sha256 in hashes.items():
        objects.get(key_of(version, name, sha256), sha256)
    shutil.rmtree(folder)


def _is_old(folder: Path) -> bool:
    return datetime.fromtimestamp(folder.stat().st_mtime, UTC) < utc_now() - SWEPT_AFTER
