"""The lease: which trainer may train. It is taken for one run, renewed by a thread, and released.

Two locks work together. The row in the database carries a fencing token and expires `TTL` after the
last heartbeat, so that a trainer on another machine can take over. A file lock of the kernel shows
a trainer on the same machine at once that its predecessor is dead. Neither is sufficient for a
write: whatever is published checks the fencing token in the same transaction
(`core.runs.lease.require_fence`).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

import structlog

from core.base.clock import utc_now
from core.base.errors import InkloopError, LeaseLost
from core.runs import lease as run_lease
from core.storage.database import Database

TTL = timedelta(seconds=30)
BEAT_SECONDS = 5.0
SELF_STOP_SECONDS = 20.0
"""After this long without a heartbeat the holder stops, before another trainer may take over."""
LOCK_FILE = "trainer.lock"
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

log = structlog.get_logger(__name__)


class HeldLease:
    """The right to train, as long as its thread can renew the lease in the database."""

    def __init__(
        self,
        database: Database,
        fence: int,
        *,
        clock: Callable[[], datetime] = utc_now,
        beat_seconds: float = BEAT_SECONDS,
    ) -> None:
        self.fence = fence
        self._database = database
        self._clock = clock
        self._beat_seconds = beat_seconds
        self._last_beat = time.monotonic()
        self._is_lost = threading.Event()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._keep_beating, name="lease", daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Raise LeaseLost if another trainer took over or the lease could not be renewed."""
        if self._is_lost.is_set():
            raise LeaseLost("this trainer has lost its lease: it stops without publishing")

    def release(self) -> None:
        """Stop renewing the lease and release it, so that another trainer can take it at once."""
        self._is_over.set()
        self._thread.join()
        with self._database.write() as session:
            run_lease.release_lease(session, self.fence)

    def _keep_beating(self) -> None:
        while not self._is_over.wait(self._beat_seconds):
            if not self._beat():
                self._is_lost.set()
                return

    def _beat(self) -> bool:
        """Renew the lease. Returns whether this trainer may assume that it still holds it."""
        try:
            with self._database.write() as session:
                run_lease.renew_lease(session, self.fence, now=self._clock(), ttl=TTL)
        except LeaseLost:
            log.warning("lease lost", fence=self.fence)
            return False
        except InkloopError as error:
            silent_seconds = time.monotonic() - self._last_beat
            log.warning(
                "lease not renewed", fence=self.fence, silent_seconds=silent_seconds, why=str(error)
            )
            return silent_seconds < SELF_STOP_SECONDS
        self._last_beat = time.monotonic()
        return True


@contextlib.contextmanager
def try_lease(
    database: Database,
    instance: Path,
    *,
    clock: Callable[[], datetime] = utc_now,
    beat_seconds: float = BEAT_SECONDS,
) -> Iterator[HeldLease | None]:
    """Hold the lease during the block; yields None if another trainer holds it."""
    with _file_lock(instance) as has_file_lock:
        owner = _lock_scope(instance)
        if not has_file_lock:
            # Another process on this machine holds the file lock: wait until its lease expires.
            owner += f":{os.getpid()}-{secrets.token_hex(4)}"
        with database.write() as session:
            fence = run_lease.take_lease(session, owner, now=clock(), ttl=TTL)
        if fence is None:
            yield None
            return
        lease = HeldLease(database, fence, clock=clock, beat_seconds=beat_seconds)
        try:
            yield lease
        finally:
            lease.release()


def _lock_scope(instance: Path) -> str:
    """Identify machine, boot and instance: the scope of one file lock."""
    boot = BOOT_ID.read_text(encoding="ascii").strip() if BOOT_ID.exists() else "unknown"
    return f"{socket.gethostname()}:{boot}:{instance.resolve()}"


@contextlib.contextmanager
def _file_lock(instance: Path) -> Iterator[bool]:
    """Try to hold the file lock during the block; the kernel releases it when the process dies."""
    instance.mkdir(parents=True, exist_ok=True)
    with (instance / LOCK_FILE).open("a") as file:
        yield _lock(file)


def _lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
