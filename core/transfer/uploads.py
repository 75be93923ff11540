"""Uploaded files that wait to be imported, in the instance's `transfers` folder."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from sqlalchemy import select

from core.base.errors import InvalidInput, StorageFull, TooLarge
from core.base.settings import Settings
from core.storage.database import Database
from core.storage.tables import Transfer

MAX_FILE_BYTES: Final = 2 * 2**30
CHUNK_BYTES: Final = 1 << 20
UNUSED_AFTER_SECONDS: Final = 3600


@dataclass(frozen=True, slots=True)
class Upload:
    """A stored upload."""

    name: str
    n_bytes: int
    sha256: str


def folder(settings: Settings) -> Path:
    """The folder of uploads; only the instance's owner may read it."""
    path = settings.instance / "transfers"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def receive(settings: Settings, stream: IO[bytes]) -> Upload:
    """Copy a stream to a file, in pieces, and sync it. The file appears whole or not at all.

    Raises: InvalidInput, if it is empty; TooLarge, over 2 GB; StorageFull.
    """
    name = f"{secrets.token_hex(16)}.upload"
    partial = folder(settings) / f"{name}.partial"
    digest = hashlib.sha256()
    n_bytes = 0
    try:
        with partial.open("xb") as file:
            while chunk := stream.read(CHUNK_BYTES):
                n_bytes += len(chunk)
                if n_bytes > MAX_FILE_BYTES:
                    raise TooLarge("a file to import may have at most 2 GB: split it")
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if not n_bytes:
            raise InvalidInput("the file is empty: choose another one")
        partial.rename(folder(settings) / name)
    except OSError as exc:
        if exc.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise StorageFull("the disk is full, nothing was imported: make room first") from exc
        raise
    finally:
        partial.unlink(missing_ok=True)
    return Upload(name, n_bytes, digest.hexdigest())


def sweep(settings: Settings, database: Database) -> int:
    """Remove files older than an hour that no import needs. Returns how many."""
    old = [path for path in folder(settings).iterdir() if _is_old(path)]
    if not old:
        return 0
    with database.read() as session:
        needed = set(session.scalars(select(Transfer.file).where(Transfer.file.is_not(None))))
    left = [path for path in old if path.name not in needed]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def _is_old(path: Path) -> bool:
    try:
        return path.stat().st_mtime < time.time() - UNUSED_AFTER_SECONDS
    except FileNotFoundError:
        return False
