"""A run that is killed and resumed by a new process gives the weights of an uninterrupted one.

Real processes and SIGKILL, on the CPU with one thread; see `killed_learners.py`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.base.clock import utc_now
from core.base.settings import Settings
from core.runs import lifecycle as runs
from core.storage import migrate
from core.storage.database import Database
from tests.conftest import SECRET
from tests.support.factories import make_drawing
from tests.support.running import guarded
from tests.support.tiny_world import easy_digits
from trainer.process.schedule import queue_first_run

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
SIGKILLED = -9
STATE = {"network", "optimiser", "random"}

FIRST_MOMENTS = ("never", "step 50", "saving 7")
"""Of the first model's 168 steps, which are reported and saved every ten steps."""

LATER_MOMENTS = ("never", "step 3", "step 23", "choice 1")
"""Of a run's 40 steps, saved every five steps, and of the first strength that is tried."""


def _stories(instance: Path, moments: tuple[str, ...]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.killed_learners", str(instance), *moments],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            **guarded(),
            "INKLOOP_TRAIN_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        },
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    stories: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return stories


def _empty(folder: Path) -> Settings:
    settings = Settings.from_env({}, instance=folder / "instance", secret_key=SECRET)
    migrate.upgrade(settings)
    return settings


@pytest.fixture(scope="module")
def first_models(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The folder of the instances, and the outcomes of their first trainings."""
    settings = _empty(tmp_path_factory.mktemp("first"))
    database = Database(settings)
    queue_first_run(database, utc_now())
    database.dispose()
    return settings.instance.parent, _stories(settings.instance, FIRST_MOMENTS)


@pytest.fixture(scope="module")
def later_runs(first_models: tuple[Path, dict[str, Any]]) -> dict[str, Any]:
    """Outcomes of runs from drawings, each from the first model that was not interrupted."""
    settings = Settings.from_env({}, instance=first_models[0] / "never", secret_key=SECRET)
    database = Database(settings)
    inks, labels = easy_digits(30, np.random.default_rng(1), slant=0.5)
    with database.write() as session:
        for ink, label in zip(inks, labels, strict=True):
            make_drawing(session, ink=ink.tobytes(), label=int(label))
        runs.queue_run(session, requested_by="user:1", is_forced=True, seed=3, now=utc_now())
    database.dispose()
    instance = first_models[0] / "later" / "instance"
    instance.parent.mkdir()
    settings.instance.rename(instance)
    return _stories(instance, LATER_MOMENTS)


def _check_same_as_unbroken(stories: dict[str, Any]) -> None:
    unbroken = stories.pop("never")["made"]
    assert unbroken["n_attempts"] == 1
    for moment, story in stories.items():
        assert (story["first"], story["second"]) == (SIGKILLED, 0), moment
        assert story["made"] == unbroken | {"n_attempts": 2}, moment


def test_a_first_training_killed_anywhere_resumes_bit_equal(
    first_models: tuple[Path, dict[str, Any]],
) -> None:
    stories = dict(first_models[1])

    assert [stories[moment]["left"]["step"] for moment in FIRST_MOMENTS[1:]] == [40, 60]
    _check_same_as_unbroken(stories)


def test_a_run_killed_anywhere_resumes_bit_equal(later_runs: dict[str, Any]) -> None:
    stories = dict(later_runs)

    left = [stories[moment]["left"] for moment in LATER_MOMENTS[1:]]
    assert [one and one["step"] for one in left] == [None, 20, 40]
    _check_same_as_unbroken(stories)


def test_a_checkpoint_holds_the_whole_state(
    first_models: tuple[Path, dict[str, Any]], later_runs: dict[str, Any]
) -> None:
    first = first_models[1]["step 50"]["left"]["kinds"]
    later = later_runs["step 23"]["left"]["kinds"]

    assert set(first) == STATE | {"sampler"}
    # A run samples its batches from torch's generator, whose state is the sampler's.
    assert set(later) == STATE
