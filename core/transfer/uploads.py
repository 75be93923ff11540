"""Files of imports: objects in the instance's `transfers` folder.

A key is `<random>.<sha256>.upload`: two uploads of the same bytes are two objects, since each goes
with its own import. The row of an import holds the key while the file is needed. The table of what
an import left out lies beside them.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Final

from sqlalchemy import select

from core.base.clock import utc_now
from core.base.errors import InvalidInput, ObjectMissing, TooLarge
from core.base.settings import Settings
from core.storage.database import Database
from core.storage.objects import FolderStore, ObjectStore
from core.storage.tables import Transfer
from core.transfer.formats.unpacking import SUFFIX as UNPACKED

MAX_FILE_BYTES: Final = 2 * 2**30
CHUNK_BYTES: Final = 1 << 20
OnBytes = Callable[[int], None]
LEFT_OUT: Final = ".left-out.csv"
LEFT_OUT_KEPT: Final = timedelta(days=30)
UNPACKED_SWEPT_AFTER: Final = timedelta(days=1)
"""Age of an unpacked file at which it is deleted: no import reads one for so long."""
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


def store_left_out(settings: Settings, pieces: Iterable[bytes]) -> str:
    """Store the table of what an import left out. Returns its key."""
    return _objects(settings).put(f"{secrets.token_hex(8)}{LEFT_OUT}", pieces).key


def find_left_out(settings: Settings, key: str) -> Path | None:
    """Return the table of that key; None, if it was deleted."""
    try:
        return _objects(settings).local_file(key)
    except ObjectMissing:
        return None


def sweep(settings: Settings, database: Database) -> int:
    """Delete files that no import needs, such as half an upload. Returns how many."""
    objects = _objects(settings)
    now = utc_now()
    old = [one.key for one in objects.list("") if one.written_at < now - _swept_after(one.key)]
    if not old:
        return 0
    left = [key for key in old if key not in _needed(database, now)]
    for key in left:
        objects.delete(key)
    return len(left)


def _swept_after(key: str) -> timedelta:
    return UNPACKED_SWEPT_AFTER if key.endswith(UNPACKED) else SWEPT_AFTER


def _needed(database: Database, now: datetime) -> set[str | None]:
    """The keys in the rows of imports: of uploads, and of tables that are not too old."""
    recent = select(Transfer.found).where(
        Transfer.found.is_not(None), Transfer.created_at > now - LEFT_OUT_KEPT
    )
    with database.read() as session:
        needed = set(session.scalars(select(Transfer.file).where(Transfer.file.is_not(None))))
        return needed | {found.get("left_out") for found in session.scalars(recent) if found}


def _objects(settings: Settings) -> ObjectStore:
    return FolderStore(folder(settings))
