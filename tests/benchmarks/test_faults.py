"""The bench `faults`: competing schedulers, and its aims."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from benchmarks.system import faults, schedulers
from core.base.settings import Settings

OUTCOMES = {
    "n_points": 90, "n_clean": 90, "n_resumed": 70, "n_taken_over": 40, "n_gave_up": 40,
    "n_answers": 900, "n_unanswered": 0, "verify": 0,
}  # fmt: skip
CLEAN: dict[str, Any] = {
    "kill": OUTCOMES
    | {"bytes": {"n": 1000, "n_noticed": 1000}}
    | {"served": {"n": 6, "n_kept": 6, "n_repaired": 6}, "failing": {"n": 11, "n_clean": 11}},
    "after": dict(OUTCOMES),
    "amid": dict(OUTCOMES),
    "schedulers": {
        "n_schedulers": 20, "n_moments": 1000, "n_runs": 1000, "n_lost": 0, "n_doubled": 0,
    },
}  # fmt: skip


@pytest.mark.slow
def test_four_schedulers_queue_one_run_for_each_of_fifty_due_moments(settings: Settings) -> None:
    counted = schedulers.compete(settings, 4, 50, lambda _doing: None)

    assert (counted["n_runs"], counted["n_lost"], counted["n_doubled"]) == (50, 0, 0)


def test_clean_outcomes_reach_all_aims() -> None:
    assert {row[-1] for row in faults.aims(CLEAN, faults.Options())} == {""}
    assert [len(row) for row in faults.table(CLEAN)] == [6] * 4


@pytest.mark.parametrize(
    ("part", "changed", "wanted"),
    [
        ("amid", {"n_clean": 88}, "2"),
        ("kill", {"n_unanswered": 3}, "3"),
        ("kill", {"bytes": {"n": 1000, "n_noticed": 999}}, "1"),
        ("kill", {"served": {"n": 6, "n_kept": 5, "n_repaired": 6}}, "1"),
        ("schedulers", {"n_runs": 1001}, "1"),
    ],
)
def test_an_unclean_outcome_misses_an_aim(part: str, changed: dict[str, Any], wanted: str) -> None:
    result = copy.deepcopy(CLEAN)
    result[part] |= changed

    assert [row[-1] for row in faults.aims(result, faults.Options()) if row[-1]] == [wanted]
