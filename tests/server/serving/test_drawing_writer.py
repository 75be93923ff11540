"""Group commit of drawings that arrive together."""

from __future__ import annotations

import os
import threading
import uuid

from core.base.clock import utc_now
from core.base.kinds import Source
from core.drawings.storing import NewDrawing, Stored, store_drawings
from core.storage.database import Database
from server.serving.writer import MAX_BATCH, DrawingWriter
from tests.conftest import SECRET

PATIENCE_SECONDS = 60
N_LATER = MAX_BATCH + 5  # more than one batch


def _new() -> NewDrawing:
    return NewDrawing(
        id=str(uuid.uuid4()),
        contributor_id="somebody",
        label=3,
        source=Source.DRAWN,
        ink=os.urandom(784),
        imaging_version=1,
    )


def test_drawings_that_wait_behind_an_unexpected_error_are_stored_in_full_batches(
    database: Database, monkeypatch
) -> None:
    writer = DrawingWriter(database, SECRET.encode())
    first_is_at_it, all_wait = threading.Event(), threading.Event()
    turns: list[int] = []
    ends: list[object] = []

    def counted(session, many, *, secret, now):
        turns.append(len(many))
        if len(turns) == 1:
            first_is_at_it.set()
            assert all_wait.wait(PATIENCE_SECONDS)
            raise ZeroDivisionError
        return store_drawings(session, many, secret=secret, now=utc_now())

    def send() -> None:
        try:
            ends.append(writer.store(_new()))
        except ZeroDivisionError as exc:
            ends.append(exc)

    monkeypatch.setattr("server.serving.writer.store_drawings", counted)
    first = threading.Thread(target=send)
    first.start()
    assert first_is_at_it.wait(PATIENCE_SECONDS)
    later = [threading.Thread(target=send) for _ in range(N_LATER)]
    for thread in later:
        thread.start()
    while len(writer._waiting) < N_LATER:
        first.join(0.01)
    all_wait.set()
    for thread in [first, *later]:
        thread.join(PATIENCE_SECONDS)

    assert not any(thread.is_alive() for thread in [first, *later])
    assert turns == [1, MAX_BATCH, N_LATER - MAX_BATCH]
    assert sum(isinstance(end, Stored) and end.is_new for end in ends) == N_LATER
    assert sum(isinstance(end, ZeroDivisionError) for end in ends) == 1
