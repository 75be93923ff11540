"""Drawings that arrive together are stored in one transaction, and each is acknowledged after it.

The sync of a commit and the transaction's own statements cost the same for one drawing as for
sixteen; and SQLite's waiting is not fair, so that many threads at its lock leave some behind.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence

from sqlalchemy.exc import SQLAlchemyError

from core.clock import utc_now
from core.db import Database
from core.errors import InkloopError, NotReady
from core.transitions.drawings import NewDrawing, Stored, store_drawings

MAX_TOGETHER = 64  # keeps the write lock under about 20 ms


class _Ticket:
    __slots__ = ("new", "outcome")

    def __init__(self, new: NewDrawing) -> None:
        self.new = new
        self.outcome: Stored | InkloopError | SQLAlchemyError | None = None


class DrawingWriter:
    """Whoever gets the turn writes for all who wait; the others find their outcome there."""

    def __init__(self, database: Database, secret: bytes) -> None:
        self._database = database
        self._secret = secret
        self._waiting: deque[_Ticket] = deque()
        self._turn = threading.Lock()

    def store(self, new: NewDrawing) -> Stored:
        """Store a drawing; returns after the commit.

        Raises: Conflict, Gone, Forbidden, as `store_drawings` says; StorageFull, NotReady.
        """
        ticket = _Ticket(new)
        self._waiting.append(ticket)
        while ticket.outcome is None:
            with self._turn:
                if ticket.outcome is None:
                    self._write_the_waiting()
        if isinstance(ticket.outcome, Stored):
            return ticket.outcome
        raise ticket.outcome

    def _write_the_waiting(self) -> None:
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
