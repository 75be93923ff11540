"""Clients that write down what a server promised them, and the count against its database.

A drawing says by itself what it has to look like: its strokes follow from its id.
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
from tests.support.http_load import ask, exchange

AGAIN_SECONDS: Final = 0.05
PAGE_OF_ROWS: Final = 2_000


@dataclass(slots=True)
class Ledger:
    """What was promised."""

    labels: dict[str, int] = field(default_factory=dict)
    """Of acknowledged drawings, by id."""
    sent_again: int = 0
    """How many of these were sent more than once."""
    known_already: int = 0
    """How many of these had been stored by a server that died before it said so."""

    refusals: Counter[int] = field(default_factory=Counter)
    """Other answers, by status; the drawing was sent again each time."""

    def acknowledge(self, one: str, label: int, status: int, n_sent: int) -> None:
        """Write down that a drawing was answered with 201 or 200."""
        self.labels[one] = label
        self.sent_again += n_sent > 1
        self.known_already += status == 200


def strokes_of(one: str) -> list[list[list[float]]]:
    """A stroke through six points that follow from an id, in pixels of a square page."""
    places = np.frombuffer(uuid.UUID(one).bytes[:12], dtype=np.uint8).reshape(6, 2)
    return [[[20.0 + float(x) * 0.9, 20.0 + float(y) * 0.9] for x, y in places]]


def body_of(one: str, label: int) -> bytes:
    """The JSON that hands over the drawing which follows from an id, without a prediction."""
    drawing = {
        "id": one,
        "strokes": strokes_of(one),
        "width": PAGE_PX,
        "height": PAGE_PX,
        "label": label,
        "prediction": None,
    }
    return json.dumps(drawing).encode()


class Clients:
    """So many connections, each of which sends a drawing until it is acknowledged, then the next.

    As a context: they work inside it, in a thread of their own.
    """

    def __init__(self, port: int, n: int, seed: int) -> None:
        self.ledger = Ledger()
        self._is_over = threading.Event()
        self._clients = [
            _Client(port, np.random.default_rng([seed, number]), self.ledger, self._is_over)
            for number in range(n)
        ]
        self._thread = threading.Thread(target=lambda: asyncio.run(self._work()), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()

    def finish(self, seconds: float) -> None:
        """Let each have its last drawing acknowledged. Raises: InkloopError, if one never is."""
        self._is_over.set()
        self._thread.join(seconds)
        if self._thread.is_alive():
            raise InkloopError(f"a drawing was not acknowledged within {seconds:.0f} s")

    async def _work(self) -> None:
        await asyncio.gather(*(client.work() for client in self._clients))


class _Client:
    """One of them."""

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
                pass  # killed in the middle of it: what is not acknowledged is sent again
            finally:
                if writer is not None:
                    writer.close()
            await asyncio.sleep(AGAIN_SECONDS)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hand over one drawing after the other, as long as they are taken."""
        if not self._cookie:
            hello = await exchange(reader, writer, ask("GET", "/api/v1/me"))
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
        return ask("POST", "/api/v1/drawings", body, cookie=self._cookie)


def compared(settings: Settings, ledger: Ledger) -> dict[str, Any]:
    """What the database has, against what was promised: all in whole drawings."""
    database = Database(settings)
    found = Found()
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
class Found:
    """What a look through the database has seen."""

    ids: set[str] = field(default_factory=set)
    doubled: int = 0
    mislabelled: int = 0
    other_ink: int = 0

    def add(
        self, one: str, label: int, ink: bytes, events: str | None, promised: Mapping[str, int]
    ) -> None:
        """Look at a row; `events` as `compared` asks for them."""
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
