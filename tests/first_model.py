"""One real first model, trained once for all tests of the loop; each test gets a copy."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.running import running


@dataclass(frozen=True)
class FirstModel:
    """An instance whose first model is live, stopped; and how its first start went."""

    instance: Path
    seconds_to_healthz: float
    seconds_to_live: float
    accuracy: float


@pytest.fixture(scope="session")
def first_model(tmp_path_factory: pytest.TempPathFactory) -> FirstModel:
    instance = tmp_path_factory.mktemp("first") / "instance"
    began = time.monotonic()
    with running("up", instance) as inkloop:
        seconds_to_healthz = time.monotonic() - began
        inkloop.wait("/api/v1/models/champion", seconds=180)
        seconds_to_live = time.monotonic() - began
        champion = inkloop.get("/api/v1/models/champion")
        inkloop.wait("/readyz")
    accuracy = champion["scores"]["mnist_test"]["accuracy"]
    return FirstModel(instance, seconds_to_healthz, seconds_to_live, accuracy)


@pytest.fixture
def instance(first_model: FirstModel, tmp_path: Path) -> Path:
    """A copy of the instance with the first model."""
    return Path(shutil.copytree(first_model.instance, tmp_path / "instance"))
