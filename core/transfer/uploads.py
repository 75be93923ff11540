"""Files that wait to be imported: objects in the instance's `transfers` folder.

A key is `<random>.<sha256>.upload`: two uploads of the same bytes are two objects, since each goes
with its own import. The row of an import holds the key while the file is needed.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, Final

from sqlalchemy import select

from core.base.clock import utc_now
from core.base.errors import InvalidInput, ObjectMissing, TooLarge
from core.base.settings import Settings
from core.storage.database import Database
from core.storage.objects import FolderStore, ObjectStore
from core.storage.tables import Transfer

MAX_FILE_BYTES: Final = 2 * 2**30
CHUNK_BYTES: Final = 1 << 20
OnBytes = Callable[[int], None]
SWEPT_AFTER: Final = timedelta(hours=1)
"""Age of files without a row at which they are deleted. The row follows within the same request."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was stored."""

    name: str
    """Its key."""
    n_bytes: int
    sha256: str


def folder(settings: Settings) -> Path:
    """Return the folder of uploads, which only the instance's owner may read."""
    path = settings.instance / "transfers"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def receive(settings: Settings, stream: IO[bytes], on_bytes: OnBytes | None = None) -> Upload:
    """Store a stream, piece by piece; `on_bytes` gets the size of each.

    Raises: InvalidInput, if it is empty; TooLarge, over 2 GB; StorageFull.
    """
    name = f"{secrets.token_hex(8)}.upload"
    stored = _objects(settings).put(name, _pieces(stream, on_bytes or (lambda _n_bytes: None)))
    return Upload(stored.key, stored.n_bytes, stored.sha256)


def _pieces(stream: IO[bytes], on_bytes: OnBytes) -> Iterator[bytes]:
    n_bytes = 0
    while piece := stream.read(CHUNK_BYTES):
        n_bytes += len(piece)
        if n_bytes > MAX_FILE_BYTES:
            raise TooLarge("a file to import may have at most 2 GB: split it")
        yield piece
        on_bytes(len(piece))
    if not n_bytes:
        raise InvalidInput("the file is empty: choose another one")


def find(settings: Settings, name: str) -> Path:
    """Return the file of an upload. Raises: InvalidInput, if it is gone."""
    try:
        return _objects(settings).local_file(name)
    except ObjectMissing as exc:
        raise InvalidInput("the uploaded file is gone: send it again") from exc


def remove(settings: Settings, name: str) -> None:
    """Delete an upload that is no longer needed."""
    _objects(settings).delete(name)


def sweep(settings: Settings, database: Database) -> int:
    """Delete files that no import needs, such as half an upload. Returns how many."""
    objects = _objects(settings)
    oldest = utc_now() - SWEPT_AFTER
    old = [one.key for one in objects.list("") if one.written_at < oldest]
    if not old:
        return 0
    with database.read() as session:
        needed = set(session.scalars(select(Transfer.file).where(Transfer.file.is_not(None))))
    left = [key for key in old if key not in needed]
    for key in left:
        objects.delete(key)
    return len(left)


def _objects(settings: Settings) -> ObjectStore:
    return FolderStore(folder(settings))
