"""Child processes for imports and exports, so that web workers stay small.

Measured: pyarrow adds 44 MB to a process, and an import of 2,000 drawings takes it to 200 MB. A web
worker may use 160 MB.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import IO, Any

import structlog

from core.base import errors
from core.base.clock import utc_now
from core.base.errors import InkloopError, NotReady
from core.base.settings import Settings
from core.drawings.gallery import Filters
from core.storage.database import Database
from core.transfer import jobs
from core.transfer.selection import to_json

log = structlog.get_logger()

MAX_EXPORTS = 2  # of one worker at once: each occupies one of its threads
PIECE_BYTES = 1 << 16
_free_exports = threading.BoundedSemaphore(MAX_EXPORTS)


class ImportProcess:
    """At most one import process per worker; it takes the import that waits longest."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._process: subprocess.Popen[bytes] | None = None

    def start_if_due(self) -> None:
        """Start a process if an import waits, or was abandoned by a process that died.

        Two workers may start one for the same import; only one of them can claim its row.
        """
        if self._process is not None:
            if self._process.poll() is None:
                return
            if self._process.returncode:
                log.warning("import process failed", exit_code=self._process.returncode)
            self._process = None
        with self._database.read() as session:
            transfer_id = jobs.due(session, now=utc_now())
        if transfer_id is not None:
            self._process = start_import(self._settings, transfer_id)


def export(settings: Settings, format: str, filters: Filters, by: str) -> ExportStream:
    """Stream an export; returns once its first bytes are there.

    Raises: InvalidInput, if there is nothing to export; NotReady, while two others run. The
    stream raises if the export fails later, so that the connection breaks and the client does not
    take the file for complete.
    """
    if not _free_exports.acquire(blocking=False):
        raise NotReady("two exports are already running: try again when one is done")
    try:
        order = json.dumps({"format": format, "filters": to_json(filters), "by": by})
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        stream = ExportStream(_start(settings, "export", order, **pipes))
    except BaseException:
        _free_exports.release()
        raise
    stream.read_first()
    return stream


class ExportStream:
    """The output of an export process. Frees its place on any end: complete, aborted or unread."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._first = b""
        self._is_open = True

    def read_first(self) -> None:
        """Wait for the first bytes. Raises the process's own error, if there are none."""
        self._first = _stdout(self._process).read(PIECE_BYTES)
        if not self._first:
            problem = _refusal(self._process)
            self.close()
            raise problem

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        piece, self._first = self._first, b""
        piece = piece or _stdout(self._process).read(PIECE_BYTES)
        if piece:
            return piece
        problem = _refusal(self._process) if self._process.wait() else None
        self.close()
        if problem is not None:
            log.warning("export aborted", problem=str(problem))
            raise problem
        raise StopIteration

    def close(self) -> None:
        """End the process if it still runs."""
        if not self._is_open:
            return
        self._is_open = False
        if self._process.poll() is None:
            # The process notices the broken pipe, records that the client left, and ends.
            _stdout(self._process).close()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()
        _free_exports.release()


def _stdout(process: subprocess.Popen[bytes]) -> IO[bytes]:
    assert process.stdout is not None
    return process.stdout


def _refusal(process: subprocess.Popen[bytes]) -> InkloopError:
    """Return the error that the process printed before it ended."""
    assert process.stderr is not None
    output = process.stderr.read().decode(errors="replace")
    process.wait()
    try:
        name, sentence = json.loads(output)
        kind = getattr(errors, name)
    except (ValueError, TypeError, AttributeError):
        log.error("export process failed", exit_code=process.returncode, output=output[-2000:])
        return NotReady("the export was interrupted: try again, and tell the administrator")
    found: InkloopError = kind(sentence)
    return found


def start_import(settings: Settings, transfer_id: int) -> subprocess.Popen[bytes]:
    """Start a process for an import; it ends when this process ends."""
    return _start(settings, "import", str(transfer_id), str(os.getpid()))


def _start(settings: Settings, *arguments: str, **pipes: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "core.transfer", *arguments],
        env=settings.environment(),
        stdin=subprocess.DEVNULL,
        **pipes,
    )
