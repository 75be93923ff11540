"""Starts the processes that import and export: no web worker holds a file or a table of them.

Measured: pyarrow adds 44 MB to a process, and an import of 2,000 drawings takes it to 200 MB; a web
worker may have 160 MB.
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
from core.transfer import jobs as transfers
from core.transfer.selection import to_json

log = structlog.get_logger()

MAX_EXPORTS = 2  # of one worker at once: each keeps one of its threads
PIECE_BYTES = 1 << 16
# Let in one after the other here; the system gives each export its share of the disk and the core.
_free = threading.BoundedSemaphore(MAX_EXPORTS)


class ImportProcess:
    """At most one process of this worker, working on the import that waits longest."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._process: subprocess.Popen[bytes] | None = None

    def look(self) -> None:
        """Start one if an import waits for it, or was left behind by a process that died.

        Two workers may start one for the same import: the row lets one of them have it.
        """
        if self._process is not None:
            if self._process.poll() is None:
                return
            if self._process.returncode:
                log.warning("import ended badly", exit_code=self._process.returncode)
            self._process = None
        with self._database.read() as session:
            transfer_id = transfers.due(session, now=utc_now())
        if transfer_id is not None:
            self._process = start_import(self._settings, transfer_id)


def export(settings: Settings, format: str, filters: Filters, by: str) -> Pieces:
    """The bytes of an export, as they are made.

    Returns once the first are there. Raises: InvalidInput, if there is nothing to export;
    NotReady, while two others are on their way; later, if the end cannot be reached, so that the
    connection breaks rather than seem to be complete.
    """
    if not _free.acquire(blocking=False):
        raise NotReady("two exports are on their way already: ask again when one is done")
    try:
        words = json.dumps({"format": format, "filters": to_json(filters), "by": by})
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        pieces = Pieces(_start(settings, "export", words, **pipes))
    except BaseException:
        _free.release()
        raise
    pieces.look_at_first()
    return pieces


class Pieces:
    """Gives its place free however it ends: read out, broken off, or never read."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._first = b""
        self._is_open = True

    def look_at_first(self) -> None:
        """Wait for the first bytes. Raises what the process says, if there are none."""
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
            log.warning("export broke off", problem=str(problem))
            raise problem
        raise StopIteration

    def close(self) -> None:
        """End the process if it still runs."""
        if not self._is_open:
            return
        self._is_open = False
        if self._process.poll() is None:
            # its pipe breaks: it writes down that nobody read on, and ends
            _stdout(self._process).close()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()
        _free.release()


def _stdout(process: subprocess.Popen[bytes]) -> IO[bytes]:
    assert process.stdout is not None
    return process.stdout


def _refusal(process: subprocess.Popen[bytes]) -> InkloopError:
    """What the process said before it ended."""
    assert process.stderr is not None
    said = process.stderr.read().decode(errors="replace")
    process.wait()
    try:
        name, sentence = json.loads(said)
        kind = getattr(errors, name)
    except (ValueError, TypeError, AttributeError):
        log.error("export ended badly", exit_code=process.returncode, said=said[-2000:])
        return NotReady("the export broke off: try again, and tell who runs this")
    found: InkloopError = kind(sentence)
    return found


def start_import(settings: Settings, transfer_id: int) -> subprocess.Popen[bytes]:
    """A process that works on an import; it ends with this one."""
    return _start(settings, "import", str(transfer_id), str(os.getpid()))


def _start(settings: Settings, *words: str, **pipes: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "core.transfer", *words],
        env=settings.environment(),
        stdin=subprocess.DEVNULL,
        **pipes,
    )
