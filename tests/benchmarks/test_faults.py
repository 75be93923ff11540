"""The benchmark of faults: its parts in short, and what it says of figures."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from benchmarks.system import faults, nights, schedulers
from core.base.settings import Settings

WALK = {
    "n_points": 90, "n_clean": 90, "n_resumed": 70, "n_taken_over": 40, "n_gave_up": 40,
    "n_answers": 900, "n_unanswered": 0, "verify": 0,
}  # fmt: skip
CLEAN: dict[str, Any] = {
    "kill": WALK
    | {"bytes": {"n": 1000, "n_noticed": 1000}}
    | {"served": {"n": 6, "n_kept": 6, "n_repaired": 6}, "failing": {"n": 11, "n_clean": 11}},
    "after": dict(WALK),
    "amid": dict(WALK),
    "schedulers": {
        "n_schedulers": 20, "n_moments": 1000, "n_runs": 1000, "n_lost": 0, "n_doubled": 0,
    },
    "nights/UTC": {
        "sleeps": {"n_nights": 365, "n_runs": 300, "n_lost": 0, "n_doubled": 0},
        "wrong": {"n_nights": 365, "n_wrong": 9, "n_runs": 350, "n_lost": 0, "n_doubled": 0},
    },
    "faketime": {"is_there": True, "n": 10, "n_right": 10, "wrong": []},
}  # fmt: skip


@pytest.mark.slow
def test_four_schedulers_give_each_of_fifty_moments_one_run(settings: Settings) -> None:
    counted = schedulers.compete(settings, 4, 50, lambda doing: None)

    assert (counted["n_runs"], counted["n_lost"], counted["n_doubled"]) == (50, 0, 0)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe"])
def test_nights_around_a_change_of_the_clock_give_what_was_promised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    monkeypatch.setattr("benchmarks.system.nights.BEGIN", nights.BEGIN.replace(month=4, day=2))
    monkeypatch.setattr("benchmarks.system.nights.WRONG_CHANCE", 0.1)

    year = nights.year(tmp_path, zone, 8, seed=4)

    assert year["wrong"]["n_wrong"] > 0
    for found in year.values():
        assert found["n_runs"] > 0
        assert (found["n_lost"], found["n_doubled"]) == (0, 0), found


def test_all_aims_are_reached_by_what_is_clean() -> None:
    assert {row[-1] for row in faults.aims(CLEAN)} == {""}
    assert [len(row) for row in faults.table(CLEAN)] == [6] * 4
    assert [len(row) for row in faults.nights_table(CLEAN)] == [7] * 2


@pytest.mark.parametrize(
    ("part", "changed", "wanted"),
    [
        ("amid", {"n_clean": 88}, "2"),
        ("kill", {"n_unanswered": 3}, "3"),
        ("kill", {"bytes": {"n": 1000, "n_noticed": 999}}, "1"),
        ("kill", {"served": {"n": 6, "n_kept": 5, "n_repaired": 6}}, "1"),
        ("schedulers", {"n_runs": 1001}, "1"),
        ("faketime", {"n_right": 6}, "4"),
    ],
)
def test_whatever_is_not_clean_misses_an_aim(
    part: str, changed: dict[str, Any], wanted: str
) -> None:
    result = copy.deepcopy(CLEAN)
    result[part] |= changed

    assert [row[-1] for row in faults.aims(result) if row[-1]] == [wanted]


def test_a_missing_library_is_said() -> None:
    rows = faults.aims(CLEAN | {"faketime": {"is_there": False}})

    assert rows[-1][2] == "libfaketime is missing"
