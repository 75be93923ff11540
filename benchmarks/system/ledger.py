"""Clients that record acknowledged drawings, and the comparison of their ledger with the database.

A drawing's strokes follow from its id, so that its ink can be checked, too.
"""

from __future__ import annotations

import asyncio
import json
import threading
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

import numpy as np
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core.base.errors import InkloopError
from core.base.settings import Settings
from core.imaging import ink_from_strokes, parse_strokes
from core.storage.database import Database
from core.storage.tables import Drawing, LabelEvent
from core.symbols.digits.golden import PAGE_PX
from tests.support.http_load import build_request, exchange

AGAIN_SECONDS: Final = 0.05
PAGE_OF_ROWS: Final = 2_000


@dataclass(slots=True)
class Ledger:
    """What a server acknowledged."""

    labels: dict[str, int] = field(default_factory=dict)
    """Labels of acknowledged drawings, by id."""
    sent_again: int = 0
    """Acknowledged drawings that were sent more than once."""
    known_already: int = 0
    """Drawings that a server had stored before it died without an answer."""

    refusals: Counter[int] = field(default_factory=Counter)
    """Other answers by status; the drawing was sent again each time."""

    def acknowledge(self, one: str, label: int, status: int, n_sent: int) -> None:
        """Record an answer of 201 or 200."""
        self.labels[one] = label
        self.sent_again += n_sent > 1
        self.known_already += status == 200


def strokes_of(one: str) -> list[list[list[float]]]:
    """A stroke through six points derived from an id, in pixels of a square page."""
    places = np.frombuffer(uuid.UUID(one).bytes[:12], dtype=np.uint8).reshape(6, 2)
    return [[[20.0 + float(x) * 0.9, 20.0 + float(y) * 0.9] for x, y in places]]


def body_of(one: str, label: int) -> bytes:
    """The JSON body of the drawing derived from an id, without a prediction."""
    drawing = {
        "id": one,
        "strokes": strokes_of(one),
        "width": PAGE_PX,
        "height": PAGE_PX,
        "label": label,
        "prediction": None,
    }
    return json.dumps(drawing).encode()


class LedgerClients:
    """`n` connections that each send a drawing until it is acknowledged, then the next.

    A context manager: they work in a thread during the block.
    """

    def __init__(self, port: int, n: int, seed: int) -> None:
        self.ledger = Ledger()
        self._is_over = threading.Event()
        self._clients = [
            _LedgerClient(port, np.random.default_rng([seed, number]), self.ledger, self._is_over)
            for number in range(n)
        ]
        self._thread = threading.Thread(target=lambda: asyncio.run(self._work()), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()

    def finish(self, seconds: float) -> None:
        """Wait until each last drawing is acknowledged. Raises: InkloopError, if one is not."""
        self._is_over.set()
        self._thread.join(seconds)
        if self._thread.is_alive():
            raise InkloopError(f"a drawing was not acknowledged within {seconds:.0f} s")

    async def _work(self) -> None:
        await asyncio.gather(*(client.work() for client in self._clients))


class _LedgerClient:
    """A connection of `LedgerClients`."""

    def __init__(
        self, port: int, chance: np.random.Generator, ledger: Ledger, is_over: threading.Event
    ) -> None:
        self._port, self._chance, self._ledger, self._is_over = port, chance, ledger, is_over
        self._cookie = ""
        self._take_next()

    def _take_next(self) -> None:
        self._id = str(uuid.UUID(bytes=self._chance.bytes(16), version=4))
        self._label, self._n_sent = int(self._chance.integers(10)), 0

    async def work(self) -> None:
        while not self._is_over.is_set() or self._n_sent:
            writer = None
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                await self._talk(reader, writer)
            except (OSError, EOFError, TimeoutError):
                pass  # the server was killed: the drawing is sent again
            finally:
                if writer is not None:
                    writer.close()
            await asyncio.sleep(AGAIN_SECONDS)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Send one drawing after another until the server refuses one."""
        if not self._cookie:
            hello = await exchange(reader, writer, build_request("GET", "/api/v1/me"))
            self._cookie = hello.header("set-cookie").partition(";")[0]
        while not self._is_over.is_set() or self._n_sent:
            self._n_sent += 1
            answer = await exchange(reader, writer, self._request())
            if answer.status not in (200, 201):
                self._ledger.refusals[answer.status] += 1
                return
            self._ledger.acknowledge(self._id, self._label, answer.status, self._n_sent)
            self._take_next()

    def _request(self) -> bytes:
        body = body_of(self._id, self._label)
        return build_request("POST", "/api/v1/drawings", body, cookie=self._cookie)


def compare(settings: Settings, ledger: Ledger) -> dict[str, Any]:
    """Compare the database with a ledger. Returns: numbers of drawings."""
    database = Database(settings)
    found = StoredDrawings()
    try:
        with database.read() as session:
            for row in _rows(session):
                found.add(*row, ledger.labels)
            faults = [row[0] for row in session.execute(text("PRAGMA integrity_check"))]
            dangling = session.execute(text("PRAGMA foreign_key_check")).all()
    finally:
        database.dispose()
    return {
        "acknowledged": len(ledger.labels),
        "lost": len(ledger.labels.keys() - found.ids),
        "doubled": found.doubled,
        "mislabelled": found.mislabelled,
        "other_ink": found.other_ink,
        "unasked": len(found.ids - ledger.labels.keys()),
        "faults": len(dangling) + (faults != ["ok"]),
        "sent_again": ledger.sent_again,
        "known_already": ledger.known_already,
        "refusals": {str(status): n for status, n in sorted(ledger.refusals.items())},
    }


@dataclass(slots=True)
class StoredDrawings:
    """Counts over the stored drawings."""

    ids: set[str] = field(default_factory=set)
    doubled: int = 0
    mislabelled: int = 0
    other_ink: int = 0

    def add(
        self, one: str, label: int, ink: bytes, events: str | None, promised: Mapping[str, int]
    ) -> None:
        """Count a drawing; `events` are its label events' labels, joined by commas."""
        self.doubled += one in self.ids
        self.ids.add(one)
        if one in promised:
            self.mislabelled += label != promised[one] or events != str(promised[one])
        raw = parse_strokes(strokes_of(one), PAGE_PX, PAGE_PX)
        self.other_ink += ink != ink_from_strokes(raw).ink_HW.tobytes()


def _rows(session: Session) -> Iterator[tuple[str, int, bytes, str | None]]:
    """Each drawing's id, label, ink, and the labels of its events in order, joined by commas."""
    events = (
        select(func.group_concat(LabelEvent.label))
        .where(LabelEvent.drawing_number == Drawing.number)
        .scalar_subquery()
    )
    query = select(Drawing.id, Drawing.label, Drawing.ink, events).order_by(Drawing.number)
    for row in session.execute(query.execution_options(yield_per=PAGE_OF_ROWS)):
        yield row.id, row.label, row.ink, row[3]
