"""Files that wait to be imported: in the instance's `transfers` folder, whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import time
from collections.abc import Callable
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
FORGOTTEN_AFTER_SECONDS: Final = 3600


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was taken in."""

    name: str
    n_bytes: int
    sha256: str


def folder(settings: Settings) -> Path:
    """Where uploads are kept while they are needed; only the instance's owner may read them."""
    path = settings.instance / "transfers"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def take_in(
    settings: Settings, stream: IO[bytes], report: Callable[[int], None] | None = None
) -> Upload:
    """Copy a stream to a file of ours, a piece at a time, and sync it.

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
                if report is not None:
                    report(len(chunk))
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
    """Remove files that no import needs any more, such as half an upload. Returns how many."""
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
        return path.stat().st_mtime < time.time() - FORGOTTEN_AFTER_SECONDS
    except FileNotFoundError:
        return False
