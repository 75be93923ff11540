"""What an import left out, and why, as a table that can be downloaded.

It is an object in the folder of uploads; `found.left_out` of the import's row has its key. It is
deleted when the import is undone, and 30 days after the import.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from core.base.settings import Settings
from core.transfer import uploads
from core.transfer.spreadsheet import inert

MAX_BYTES: Final = 16 * 2**20
N_SHOWN: Final = 20
CHUNK_BYTES: Final = 1 << 20
HEADING: Final = "reason\r\n"


class LeftOut:
    """Collects the reasons: the first few in memory, all of them in a temporary file."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._file = tempfile.TemporaryFile(dir=uploads.folder(settings))
        self._n_bytes = 0
        self.n = 0
        self.first: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _exc: BaseException | None,
        _at: TracebackType | None,
    ) -> None:
        self._file.close()

    def another(self) -> LeftOut:
        """An empty one, for a trial."""
        return LeftOut(self._settings)

    def add(self, reason: str) -> None:
        """Count one. Beyond 16 MB of reasons only the number is kept."""
        self.n += 1
        if len(self.first) < N_SHOWN:
            self.first.append(reason)
        if self._n_bytes < MAX_BYTES:
            line = _row(reason)
            self._file.write(line)
            self._n_bytes += len(line)
            if self._n_bytes >= MAX_BYTES:
                self._file.write(_row("… and others: the list ends at 16 MB"))

    def store(self) -> str | None:
        """Store the table. Returns its key; None, if nothing was left out."""
        if not self.n:
            return None
        return uploads.store_left_out(self._settings, self._chunks())

    def _chunks(self) -> Iterator[bytes]:
        yield HEADING.encode()
        self._file.seek(0)
        while chunk := self._file.read(CHUNK_BYTES):
            yield chunk


def _row(reason: str) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow([inert(reason)])
    return line.getvalue().encode()


def file_of(settings: Settings, found: object) -> Path | None:
    """The table of an import, by its `found`; None, if nothing was left out or it was deleted."""
    key = found.get("left_out") if isinstance(found, dict) else None
    return uploads.find_left_out(settings, key) if isinstance(key, str) else None
