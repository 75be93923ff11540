"""One export, end to end: a consistent view of the drawings, written front to back to a stream."""

from __future__ import annotations

import contextlib
import fcntl
import importlib
import os
import secrets
import select
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final, cast

from sqlalchemy.orm import Session

from core.base.clock import utc_now
from core.base.errors import InvalidInput, LeaseLost, NotReady, StorageFull
from core.base.kinds import TransferStatus
from core.storage.database import Database
from core.transfer import jobs as transfers
from core.transfer.formats import format as writing
from core.transfer.formats.format import Format
from core.transfer.selection import Selection, n_selected, to_json

BEAT_SECONDS: Final = 1.0
STALL_SECONDS: Final = 60.0
"""So long a reader may take nothing: the view of the database is kept for it meanwhile."""
PIECE_BYTES: Final = 1 << 16
Report = Callable[[int, int], None]
"""Told (drawings done, drawings in all)."""


class Pipe:
    """A stream that can only be written, and knows how far it is: for files and for pipes."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._written = 0
        flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
        fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | os.O_NONBLOCK)

    closed = False

    def write(self, data: bytes | memoryview) -> int:
        """All of it, waiting for the reader. Raises: NotReady, if it takes nothing for a minute."""
        left = memoryview(data).cast("B")
        n_bytes = len(left)
        while left:
            if not select.select([], [self._descriptor], [], STALL_SECONDS)[1]:
                raise NotReady("the export was not read for a minute: ask for it again")
            with contextlib.suppress(BlockingIOError):
                n_written = os.write(self._descriptor, left[:PIECE_BYTES])
                left = left[n_written:]
                self._written += n_written
        return n_bytes

    def tell(self) -> int:
        """How many bytes were written."""
        return self._written

    def writable(self) -> bool:
        """Yes."""
        return True

    def readable(self) -> bool:
        """No."""
        return False

    def seekable(self) -> bool:
        """No."""
        return False

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Whoever opened the descriptor closes it."""


class Exporter:
    """Writes the selected drawings, and how far it is into the row that the dashboard shows."""

    def __init__(self, database: Database, by: str, report: Report | None = None) -> None:
        self._database = database
        self._by = by
        self._report = report or (lambda _done, _total: None)
        self._owner = f"{os.getpid()}:{secrets.token_hex(4)}"
        self._transfer_id: int | None = None
        self._n_total = 0
        self._n_done = 0
        self._beat_at = 0.0

    def run(self, out: Pipe, format: Format, selection: Selection) -> int:
        """Write them. Returns how many.

        Raises: InvalidInput, if there are none; NotReady, if the reader is gone or stands still.
        """
        with self._database.read() as session:
            self._n_total = n_selected(session, selection)
            if not self._n_total:
                raise InvalidInput("no drawing fits these filters: there is nothing to export")
            self._begin(format, selection)
            try:
                self._write(out, session, format, selection)
            except (OSError, NotReady) as exc:
                self._finish(out, TransferStatus.FAILED, "the reader went away before the end")
                raise NotReady("the reader went away before the end") from exc
        self._finish(out, TransferStatus.DONE, None)
        return self._n_done

    def _write(self, out: Pipe, session: Session, format: Format, selection: Selection) -> None:
        stream = cast(BinaryIO, out)
        if format == Format.PARQUET:
            # Here, since pyarrow takes 0.3 s and 44 MB: no other format needs it.
            parquet = importlib.import_module("core.transfer.formats.parquet")
            parquet.write_parquet(stream, session, selection, self._count)
            return
        write = {
            Format.NPZ: writing.write_npz,
            Format.IDX: writing.write_idx,
            Format.PNG: writing.write_png,
            Format.LABEL_STUDIO: writing.write_label_studio,
        }[format]
        write(stream, session, selection, self._count)

    def _begin(self, format: Format, selection: Selection) -> None:
        # An export is reading: it goes on where nothing can be written, as on a full disk.
        with contextlib.suppress(StorageFull, NotReady), self._database.write() as session:
            self._transfer_id = transfers.begin_export(
                session,
                format=format,
                filters=to_json(selection),
                n_total=self._n_total,
                by=self._by,
                owner=self._owner,
                now=utc_now(),
            ).id

    def _count(self, n: int) -> None:
        self._n_done += n
        self._report(self._n_done, self._n_total)
        if time.monotonic() < self._beat_at or self._transfer_id is None:
            return
        self._beat_at = time.monotonic() + BEAT_SECONDS
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


def export_to(path: Path, exporter: Exporter, format: Format, selection: Selection) -> int:
    """Write a file that appears whole or not at all. Returns how many drawings are in it."""
    partial = path.with_name(f"{path.name}.partial")
    try:
        with partial.open("wb") as file:
            n = exporter.run(Pipe(file.fileno()), format, selection)
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return n
