"""An export from start to end: one consistent view of the drawings, streamed front to back."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import select
from pathlib import Path
from typing import BinaryIO, Final, cast

from core.base.clock import utc_now
from core.base.errors import InvalidInput, LeaseLost, NotReady, StorageFull
from core.base.kinds import TransferStatus
from core.drawings.gallery import Filters
from core.storage.database import Database
from core.transfer import jobs as transfers
from core.transfer.formats import registry
from core.transfer.progress import Heartbeat, OnProgress, ignore_progress
from core.transfer.selection import n_selected, to_json

STALL_SECONDS: Final = 60.0
"""How long to wait for a reader that takes nothing; the database view is held open meanwhile."""
PIECE_BYTES: Final = 1 << 16
READER_GONE: Final = "the reader disconnected before the end"


class Pipe:
    """A write-only stream on a file descriptor, a file's or a pipe's, that counts its bytes.

    It never closes the descriptor: that is up to the code that opened it.
    """

    closed = False

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._written = 0
        flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
        fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | os.O_NONBLOCK)

    def write(self, data: bytes | memoryview) -> int:
        """Write all of it. Raises: NotReady, if the reader takes nothing for a minute."""
        left = memoryview(data).cast("B")
        n_bytes = len(left)
        while left:
            if not select.select([], [self._descriptor], [], STALL_SECONDS)[1]:
                raise NotReady("the export was not read for a minute: request it again")
            with contextlib.suppress(BlockingIOError):
                n_written = os.write(self._descriptor, left[:PIECE_BYTES])
                left = left[n_written:]
                self._written += n_written
        return n_bytes

    def tell(self) -> int:
        """The number of bytes written."""
        return self._written

    def writable(self) -> bool:
        """True, as the file protocol asks."""
        return True

    def readable(self) -> bool:
        """False, as the file protocol asks."""
        return False

    def seekable(self) -> bool:
        """False, as the file protocol asks."""
        return False

    def flush(self) -> None:
        """Do nothing: there is no buffer."""

    def close(self) -> None:
        """Do nothing: the descriptor belongs to the caller."""


class Exporter:
    """Writes the drawings that match, and its progress into the row that the dashboard shows."""

    def __init__(
        self, database: Database, by: str, on_progress: OnProgress = ignore_progress
    ) -> None:
        self._database = database
        self._by = by
        self._on_progress = on_progress
        self._owner = f"{os.getpid()}:{secrets.token_hex(4)}"
        self._transfer_id: int | None = None
        self._n_total = 0
        self._n_done = 0
        self._heartbeat = Heartbeat()

    def run(self, out: Pipe, format: str, filters: Filters) -> int:
        """Export the drawings in the format of that name. Returns how many.

        Raises: InvalidInput, if no drawing matches or the format has no export; NotReady, if the
        reader disconnects or stalls.
        """
        export = registry.export_by_name(format)
        with self._database.read() as session:
            self._n_total = n_selected(session, filters)
            if not self._n_total:
                raise InvalidInput("no drawing matches these filters: there is nothing to export")
            self._begin(format, filters)
            try:
                export.write(cast(BinaryIO, out), session, filters, self._count)
            except (OSError, NotReady) as exc:
                self._finish(out, TransferStatus.FAILED, READER_GONE)
                raise NotReady(READER_GONE) from exc
        self._finish(out, TransferStatus.DONE, None)
        return self._n_done

    def _begin(self, format: str, filters: Filters) -> None:
        # An export only reads: it continues where nothing can be written, as on a full disk.
        with contextlib.suppress(StorageFull, NotReady), self._database.write() as session:
            self._transfer_id = transfers.begin_export(
                session,
                format=format,
                filters=to_json(filters),
                n_total=self._n_total,
                by=self._by,
                owner=self._owner,
                now=utc_now(),
            ).id

    def _count(self, n: int) -> None:
        self._n_done += n
        self._on_progress(self._n_done, self._n_total)
        if self._transfer_id is None or not self._heartbeat.is_due():
            return
        with contextlib.suppress(StorageFull, NotReady, LeaseLost):
            with self._database.write() as session:
                transfers.progress(
                    session,
                    self._transfer_id,
                    owner=self._owner,
                    now=utc_now(),
                    n_done=self._n_done,
                )

    def _finish(self, out: Pipe, status: TransferStatus, message: str | None) -> None:
        if self._transfer_id is None:
            return
        with contextlib.suppress(StorageFull, NotReady, LeaseLost):
            with self._database.write() as session:
                transfers.finish(
                    session,
                    self._transfer_id,
                    owner=self._owner,
                    status=status,
                    now=utc_now(),
                    n_done=self._n_done,
                    n_bytes=out.tell(),
                    message=message,
                )


def export_to(path: Path, exporter: Exporter, format: str, filters: Filters) -> int:
    """Export to a file that appears whole or not at all. Returns the number of drawings."""
    partial = path.with_name(f"{path.name}.partial")
    try:
        with partial.open("wb") as file:
            n = exporter.run(Pipe(file.fileno()), format, filters)
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return n
