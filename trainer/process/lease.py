"""The lease: who may train now. It is taken for one run, kept alive by a thread, and given back.

Two locks work together. The row in the database carries a fencing number and runs out
`TTL` after the last beat, so that a trainer on another machine can take over. The file lock of the
kernel tells a trainer on the same machine at once that its predecessor is dead, without waiting.
Neither is trusted when it matters: whatever is published checks the fencing number in the same
transaction (`core.runs.lease.require_fence`).
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
"""Without a beat for so long a holder stops by itself, before anybody may take over."""
LOCK_FILE = "trainer.lock"
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

log = structlog.get_logger(__name__)


class HeldLease:
    """The right to train, while its thread can say in the database that this process is alive."""

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
        """Raises: LeaseLost, if another trainer took over or this one could not beat."""
        if self._is_lost.is_set():
            raise LeaseLost("this trainer's lease is over: it stops without publishing")

    def release(self) -> None:
        """Stop beating, and let the next one in at once."""
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
        """Whether the lease is still this trainer's, as far as it can know."""
        try:
            with self._database.write() as session:
                run_lease.renew_lease(session, self.fence, now=self._clock(), ttl=TTL)
        except LeaseLost:
            log.warning("lease lost", fence=self.fence)
            return False
        except InkloopError as error:
            silent_seconds = time.monotonic() - self._last_beat
            log.warning("no beat", fence=self.fence, silent_seconds=silent_seconds, why=str(error))
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
    """Hold the lease for the block; None if another trainer has it."""
    with _file_lock(instance) as is_alone_here:
        owner = _place(instance)
        if not is_alone_here:
            # Somebody on this machine holds the file lock, perhaps asleep: only time gives way.
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


def _place(instance: Path) -> str:
    """This machine since its last start, and the folder: where one file lock rules."""
    boot = BOOT_ID.read_text(encoding="ascii").strip() if BOOT_ID.exists() else "unknown"
    return f"{socket.gethostname()}:{boot}:{instance.resolve()}"


@contextlib.contextmanager
def _file_lock(instance: Path) -> Iterator[bool]:
    """Whether this process holds the file lock during the block; the kernel drops it at death."""
    instance.mkdir(parents=True, exist_ok=True)
    with (instance / LOCK_FILE).open("a") as file:
        yield _lock(file)


def _lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
