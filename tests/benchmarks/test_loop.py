"""The bench `loop`: aims and table. `tests/loop` tests the loop itself."""

from __future__ import annotations

from typing import Any

from benchmarks.system import loop


def start(seed: int, **measured: float) -> dict[str, Any]:
    """One start as it is recorded."""
    figures = {
        "healthz_seconds": 2.0,
        "first_model_seconds": 40.0,
        "first_model_accuracy": 0.9961,
        "loop_seconds": 18.0,
    }
    return {"seed": seed, "status": "promoted", "phases": {"train": 12.5}} | figures | measured


def test_each_missed_aim_says_by_how_much() -> None:
    median = start(0, loop_seconds=21.5, first_model_accuracy=0.9950)

    rows = loop.aims({"median": median}, loop.Options())

    assert [row[-1] for row in rows] == ["", "", "0.10%", "1.5"]


def test_each_start_has_a_row_with_its_phases() -> None:
    heading, *rows = loop.table({"starts": [start(0), start(1, loop_seconds=19.25)]})

    assert {len(row) for row in rows} == {len(heading)}
    assert rows[1][4:] == ("19.2", "train 12.5", "promoted")
