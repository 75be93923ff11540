"""Group commit: drawings that arrive together are stored in one transaction.

A commit's sync and the transaction's own statements cost the same for one drawing as for sixteen.
SQLite's lock is not fair: with many threads waiting for it, some would wait very long.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence

from sqlalchemy.exc import SQLAlchemyError

from core.base.clock import utc_now
from core.base.errors import InkloopError, NotReady
from core.drawings.storing import NewDrawing, Stored, store_drawings
from core.storage.database import Database

MAX_BATCH = 64  # keeps the write lock under about 20 ms


class _Ticket:
    __slots__ = ("new", "outcome", "woken")

    def __init__(self, new: NewDrawing) -> None:
        self.new = new
        self.outcome: Stored | InkloopError | SQLAlchemyError | None = None
        self.woken = threading.Event()
        """Set when it has its outcome, or when its thread has to write the next batch."""


class DrawingWriter:
    """Stores drawings of many threads: the first waiter writes the whole batch.

    Each thread waits for an event of its own. With one lock for all, the next writer would queue
    behind threads that only check whether their own drawing is stored.
    """

    def __init__(self, database: Database, secret: bytes) -> None:
        self._database = database
        self._secret = secret
        self._lock = threading.Lock()
        self._waiting: deque[_Ticket] = deque()
        self._is_writing = False

    def store(self, new: NewDrawing) -> Stored:
        """Store a drawing; returns after the commit.

        Raises: Conflict, Gone, Forbidden, as `store_drawings`; StorageFull, NotReady.
        """
        ticket = _Ticket(new)
        with self._lock:
            self._waiting.append(ticket)
            is_writer = not self._is_writing
            self._is_writing = True
        if not is_writer:
            ticket.woken.wait()
        if ticket.outcome is None:
            self._write_batch()
        if isinstance(ticket.outcome, Stored):
            return ticket.outcome
        assert ticket.outcome is not None, "the writing thread's own ticket is first in its batch"
        raise ticket.outcome

    def _write_batch(self) -> None:
        with self._lock:
            n = min(len(self._waiting), MAX_BATCH)
            batch = [self._waiting.popleft() for _ in range(n)]
        failure: InkloopError | SQLAlchemyError | None = NotReady("not stored: send it again")
        outcomes: Sequence[Stored | InkloopError] = []
        try:
            with self._database.write() as session:
                many = [ticket.new for ticket in batch]
                outcomes = store_drawings(session, many, secret=self._secret, now=utc_now())
            failure = None
        except (InkloopError, SQLAlchemyError) as exc:
            failure = exc
        finally:
            # Also after an unexpected error: nothing is acknowledged without a commit, and no
            # thread is left waiting.
            for place, ticket in enumerate(batch):
                ticket.outcome = failure or outcomes[place]
            self._wake_next_writer()
            for ticket in batch:
                ticket.woken.set()

    def _wake_next_writer(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting[0].woken.set()
            else:
                self._is_writing = False
