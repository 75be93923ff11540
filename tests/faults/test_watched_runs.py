"""A run in a process of its own, observed from outside and then cancelled."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from core.base.clock import utc_now
from core.base.settings import Settings
from core.drawings import queries as drawing_queries
from core.runs import lifecycle as runs
from core.storage import migrate
from core.storage.database import Database
from core.storage.model_store import ModelStore
from core.storage.tables import Promotion, Run, RunMetric
from core.versions import queries as version_queries
from tests.conftest import SECRET
from tests.support.factories import make_drawing
from tests.support.running import guarded
from tests.support.tiny_world import easy_digits, load_tiny
from trainer.process.job import RunQueue
from trainer.process.schedule import queue_first_run

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
WATCHED_SECONDS = 5.0
START_SECONDS = 120.0


@dataclass
class Watched:
    """Observations of a run that was cancelled during its training."""

    settings: Settings
    database: Database
    run_id: int
    asked_at: datetime
    points: list[RunMetric] = field(default_factory=list)
    """Points that were written to the database meanwhile."""
    screen: str = ""


def _wait_for(database: Database, run_id: int, phase: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with database.read() as session:
            row = session.get_one(Run, run_id)
        assert row.finished_at is None, row.message
        if row.phase == phase and row.step:
            return
        time.sleep(0.02)
    raise AssertionError(f"the run never came to {phase}")


def _prepared(folder: Path) -> tuple[Settings, Database, int]:
    """An instance with a champion, drawings and a queued run."""
    settings = Settings.from_env({}, instance=folder / "instance", secret_key=SECRET)
    migrate.upgrade(settings)
    database = Database(settings)
    queue_first_run(database, utc_now())
    first = RunQueue(settings, database, load_tiny(settings, database)).run_next()
    assert first is not None
    inks, labels = easy_digits(20, np.random.default_rng(1), slant=0.5)
    with database.write() as session:
        for ink, label in zip(inks, labels, strict=True):
            make_drawing(session, ink=ink.tobytes(), label=int(label))
        run, _ = runs.queue_run(
            session, requested_by="user:1", is_forced=True, seed=3, now=utc_now()
        )
        return settings, database, run.id


class Screen(threading.Thread):
    """Read a terminal continuously: when its buffer is full, the writer blocks."""

    def __init__(self, terminal: int) -> None:
        super().__init__(daemon=True)
        self._terminal = terminal
        self.seen = b""

    def run(self) -> None:
        with contextlib.suppress(OSError):  # closed at the end
            while piece := os.read(self._terminal, 65_536):
                self.seen += piece


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    settings, database, run_id = _prepared(tmp_path_factory.mktemp("watched"))
    ours, its_terminal = pty.openpty()
    screen = Screen(ours)
    screen.start()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.long_trainer", "--once"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "TERM": "xterm",
            "COLUMNS": "120",
            **guarded(),
            "INKLOOP_INSTANCE": str(settings.instance),
            "INKLOOP_SECRET_KEY": SECRET,
            "INKLOOP_TRAIN_THREADS": "1",
        },
        stdout=subprocess.DEVNULL,
        stderr=its_terminal,
    )
    try:
        _wait_for(database, run_id, "train")
        time.sleep(WATCHED_SECONDS)  # observe how often it writes in this time
        with database.write() as session:
            runs.request_cancel(session, run_id, now=utc_now())
        seen = Watched(settings, database, run_id, utc_now())
        process.wait(timeout=60)
        with database.read() as session:
            found = select(RunMetric).where(RunMetric.run_id == run_id, RunMetric.phase == "train")
            seen.points = list(session.scalars(found.order_by(RunMetric.id)))
        seen.screen = screen.seen.decode(errors="replace")
        yield seen
    finally:
        process.kill()
        process.wait()
        os.close(its_terminal)
        screen.join(10)
        os.close(ours)
        database.dispose()


def test_loss_accuracy_and_phase_are_written_every_second(watched: Watched) -> None:
    assert len(watched.points) >= WATCHED_SECONDS
    for point in watched.points:
        assert point.loss is not None
        assert point.accuracy is not None
    steps = [point.step for point in watched.points]
    assert steps == sorted(set(steps))


def test_a_cancelled_run_ends_within_a_second_without_effects(watched: Watched) -> None:
    with watched.database.read() as session:
        row = session.get_one(Run, watched.run_id)
        champion = version_queries.champion(session)
        n_promotions = len(session.scalars(select(Promotion)).all())
        n_new = drawing_queries.n_new(session)

    assert row.status == "cancelled"
    assert row.finished_at is not None
    assert (row.finished_at - watched.asked_at).total_seconds() < 1.0
    assert champion is not None
    assert (champion.version, n_promotions, row.version) == (1, 1, None)
    assert n_new == 16
    store = ModelStore(watched.settings.models_dir)
    assert store.versions() == [1]
    store.verify(1, champion.manifest_sha256)


def test_tensorboard_can_read_the_curves(watched: Watched) -> None:
    folder = watched.settings.instance / "logs" / "tensorboard" / f"run{watched.run_id:05d}"
    events = EventAccumulator(str(folder), size_guidance={"scalars": 0})
    events.Reload()

    assert sorted(events.Tags()["scalars"]) == ["accuracy/train", "loss/train"]
    losses = events.Scalars("loss/train")
    assert [point.step for point in losses] == list(range(1, len(losses) + 1))
    assert len(losses) >= watched.points[-1].step


def test_the_terminal_shows_a_bar(watched: Watched) -> None:
    assert "/100000" in watched.screen
    assert "loss" in watched.screen
    assert "accuracy" in watched.screen
