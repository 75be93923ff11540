"""A real first model, trained once for all tests; each test gets a copy of its instance."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from core.base.settings import Settings
from core.storage.database import Database
from core.storage.tables import DigitMap
from tests.support.running import running, wait_until


@dataclass(frozen=True)
class FirstStart:
    """Times and accuracy of the first start of an empty instance."""

    accuracy: float


@dataclass(frozen=True)
class FirstModel:
    """A stopped instance with a live first model."""

    instance: Path
    start: FirstStart


@pytest.fixture(scope="session")
def first_model(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> FirstModel:
    """Train the first model once. With several test processes, the others wait for the first."""
    own = tmp_path_factory.getbasetemp()
    shared = (own if worker_id == "master" else own.parent) / "first"
    shared.mkdir(exist_ok=True)
    instance, facts = shared / "instance", shared / "start.json"
    with _exclusive(shared / "lock"):
        if not facts.exists():
            shutil.rmtree(instance, ignore_errors=True)
            facts.write_text(json.dumps(asdict(_start(instance))))
    return FirstModel(instance, FirstStart(**json.loads(facts.read_text())))


@pytest.fixture
def instance(first_model: FirstModel, tmp_path: Path) -> Path:
    """A copy of the instance with the first model."""
    return Path(shutil.copytree(first_model.instance, tmp_path / "instance"))


def _start(instance: Path) -> FirstStart:
    with running("up", instance, INKLOOP_TRAIN_THREADS=str(os.cpu_count())) as inkloop:
        inkloop.wait("/api/v1/models/champion", seconds=600)
        champion = inkloop.get("/api/v1/models/champion")
        inkloop.wait("/readyz")
        # Wait for the map, so that no copy computes it during its test.
        wait_until(lambda: _has_map(instance), "the first model has its map", seconds=600)
    accuracy = champion["scores"]["mnist_test"]["accuracy"]
    return FirstStart(accuracy)


def _has_map(instance: Path) -> bool:
    database = Database(Settings.from_env({}, instance=instance))
    try:
        with database.read() as session:
            row = session.get(DigitMap, 1)
            return row is not None and row.made_at is not None
    finally:
        database.dispose()


@contextmanager
def _exclusive(lock: Path) -> Iterator[None]:
    """Hold a file lock, which the kernel releases when the process dies."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
