"""The trainer's heartbeat while it follows the schedule."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.base.clock import utc_now
from core.base.settings import Settings
from core.storage.database import Database
from core.storage.shared_state import TRAINER, SharedState
from tests.support.running import wait_until
from trainer.process.schedule import Ticker


@pytest.fixture
def shared_state(settings: Settings) -> Iterator[SharedState]:
    shared_state = SharedState(settings)
    yield shared_state
    shared_state.dispose()


def test_a_trainer_is_reported_alive_until_it_stops(
    database: Database, shared_state: SharedState
) -> None:
    began = utc_now()
    ticker = Ticker(database, shared_state=shared_state)

    ticker.start()
    seen_at = shared_state.part_seen_at(TRAINER)
    ticker.stop()

    assert seen_at is not None
    assert seen_at >= began
    assert shared_state.part_seen_at(TRAINER) is None


def test_the_heartbeat_is_repeated(
    database: Database, shared_state: SharedState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer.process.schedule.HEARTBEAT_SECONDS", 0.0)
    ticker = Ticker(database, shared_state=shared_state)
    ticker.start()
    first = shared_state.part_seen_at(TRAINER)

    wait_until(lambda: shared_state.part_seen_at(TRAINER) != first, "it said so again", seconds=20)

    ticker.stop()


def test_the_schedule_is_followed_although_the_heartbeat_cannot_be_written(
    settings: Settings, database: Database, shared_state: SharedState
) -> None:
    shared_state.dispose()
    for path in settings.instance.glob("*-volatile.db-*"):
        path.unlink()
    settings.shared_state_path.write_bytes(b"half a page " * 1000)
    ticker = Ticker(database, shared_state=shared_state)

    ticker.follow()

    ticker.start()
    ticker.stop()
