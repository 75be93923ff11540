"""Hash passwords one at a time: a hash takes 64 MiB and 0.1 s on purpose."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from core.base.errors import TooManyRequests

# Many at once would exhaust the server's memory.
_HASHING = threading.BoundedSemaphore(1)
PATIENCE_SECONDS = 5.0


@contextlib.contextmanager
def one_hash_at_a_time() -> Iterator[None]:
    """Hold the lock for hashing or checking a password. Raises: TooManyRequests."""
    if not _HASHING.acquire(timeout=PATIENCE_SECONDS):
        raise TooManyRequests("too many are signing in: try again in a moment", 5)
    try:
        yield
    finally:
        _HASHING.release()
