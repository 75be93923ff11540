"""Drawings that arrive together are stored in one transaction, and each is acknowledged after it.

The sync of a commit and the transaction's own statements cost the same for one drawing as for
sixteen; and SQLite's waiting is not fair, so that many threads at its lock leave some behind.
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

MAX_TOGETHER = 64  # keeps the write lock under about 20 ms


class _Ticket:
    __slots__ = ("new", "outcome", "woken")

    def __init__(self, new: NewDrawing) -> None:
        self.new = new
        self.outcome: Stored | InkloopError | SQLAlchemyError | None = None
        self.woken = threading.Event()
        """It has its outcome, or the turn to write."""


class DrawingWriter:
    """Whoever finds nobody writing writes for all who wait, then gives the turn to the next.

    Each waits for an event of its own. Where all waited for one lock, the next to write had to
    stand in line behind everybody who only looked whether their own was done.
    """

    def __init__(self, database: Database, secret: bytes) -> None:
        self._database = database
        self._secret = secret
        self._lock = threading.Lock()
        self._waiting: deque[_Ticket] = deque()
        self._somebody_writes = False

    def store(self, new: NewDrawing) -> Stored:
        """Store a drawing; returns after the commit.

        Raises: Conflict, Gone, Forbidden, as `store_drawings` says; StorageFull, NotReady.
        """
        ticket = _Ticket(new)
        with self._lock:
            self._waiting.append(ticket)
            has_turn = not self._somebody_writes
            self._somebody_writes = True
        if not has_turn:
            ticket.woken.wait()
        if ticket.outcome is None:
            self._write_the_waiting()
        if isinstance(ticket.outcome, Stored):
            return ticket.outcome
        assert ticket.outcome is not None, "whoever has the turn is the first of those who wait"
        raise ticket.outcome

    def _write_the_waiting(self) -> None:
        with self._lock:
            n = min(len(self._waiting), MAX_TOGETHER)
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
            # Without a commit nothing is acknowledged, whatever went wrong, and nobody waits on.
            for place, ticket in enumerate(batch):
                ticket.outcome = failure or outcomes[place]
            self._give_the_turn()
            for ticket in batch:
                ticket.woken.set()

    def _give_the_turn(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting[0].woken.set()
            else:
                self._somebody_writes = False
