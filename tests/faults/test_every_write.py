"""Trainers killed or stopped just before a write. The bench `faults` tests every write."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.support.running import ROOT

pytestmark = pytest.mark.slow

SIGKILLED = -9
POINTS = ("half of models", "rename models", "insert promotions")


@pytest.fixture(scope="module")
def points(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The outcomes on one instance, with real processes."""
    instance = tmp_path_factory.mktemp("every-write") / "instance"
    command = [sys.executable, "-m", "tests.support.fault_injection", str(instance)]
    done = subprocess.run(
        [*command, "--kinds", "kill", "amid", "--at", *POINTS],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1", "INKLOOP_TRAIN_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert found, done.stderr
    return found


def _of(points: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [point for point in points if point["kind"] == kind]


def test_a_trainer_killed_at_a_write_leaves_a_consistent_state_and_the_next_start_continues(
    points: list[dict[str, Any]],
) -> None:
    killed = _of(points, "kill")

    assert len(killed) == len(POINTS)
    for point in killed:
        assert point["problems"] == [], point
        assert (point["ended"], point["status"]) == (SIGKILLED, "promoted"), point
        assert point["n_attempts"] == 2, point


def test_a_trainer_suspended_at_a_write_past_its_lease_publishes_nothing(
    points: list[dict[str, Any]],
) -> None:
    (point,) = (point for point in points if point["took_over"])

    assert point["name"].startswith("rename models")
    assert point["problems"] == [], point
    assert (point["said"], point["n_attempts"]) == (True, 2), point


def test_no_trainer_takes_over_during_the_transaction_that_publishes(
    points: list[dict[str, Any]],
) -> None:
    (point,) = (point for point in _of(points, "amid") if not point["took_over"])

    assert point["name"] == "insert promotions"
    assert (point["problems"], point["n_attempts"], point["ended"]) == ([], 1, 0), point
