"""Durations of a run's phases, and the estimate of the time left."""

from __future__ import annotations

from datetime import datetime, timedelta

from server.api.runs.time_left import CurvePoint, Estimate, LogLine, phase_seconds, time_left
from tests.conftest import NOW


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def phase(seconds: float, name: str) -> LogLine:
    return LogLine(at(seconds), "phase", {"phase": name})


USUAL = {"gather": 1.0, "train": 20.0, "evaluate": 6.0, "gate": 0.5, "export": 3.0, "publish": 0.5}
POINTS = [CurvePoint(at(step / 10), "train", step) for step in range(10, 101, 10)]


def test_a_phase_lasts_from_its_log_line_to_the_next() -> None:
    lines = [phase(0, "gather"), phase(2, "train"), LogLine(at(9), "ended", {})]

    assert phase_seconds(lines, at(99)) == {"gather": 2.0, "train": 7.0}


def test_repeated_phases_are_added_up() -> None:
    lines = [phase(0, "evaluate"), phase(2, "gate"), phase(3, "evaluate"), phase(7, "gate")]

    assert phase_seconds(lines, at(8)) == {"evaluate": 6.0, "gate": 2.0}


def test_the_pause_after_a_stop_is_not_counted() -> None:
    lines = [phase(0, "train"), LogLine(at(3), "stopped", {}), LogLine(at(900), "resumed", {})]

    assert phase_seconds([*lines, phase(901, "train")], at(905)) == {"train": 7.0}


def test_training_is_measured_and_later_phases_are_taken_from_the_last_run() -> None:
    left = time_left("train", 200, POINTS, {}, USUAL, at(10))

    assert left == Estimate(10.0 + 6.0 + 0.5 + 3.0 + 0.5, is_whole=True)


def test_without_a_last_run_the_estimate_covers_training_only() -> None:
    assert time_left("train", 200, POINTS, {}, None, at(10)) == Estimate(10.0, is_whole=False)


def test_without_a_pace_there_is_no_estimate() -> None:
    assert time_left("train", 200, POINTS[:1], {}, USUAL, at(1)) is None
    assert time_left("train", None, POINTS, {}, USUAL, at(10)) is None


def test_a_silent_trainer_has_no_estimate() -> None:
    assert time_left("train", 200, POINTS, {}, USUAL, at(60)) is None


def test_a_phase_longer_than_last_time_has_no_estimate() -> None:
    assert time_left("evaluate", None, [], {"evaluate": 4.0}, USUAL, at(0)) == Estimate(6.0, True)
    assert time_left("evaluate", None, [], {"evaluate": 7.0}, USUAL, at(0)) is None
    assert time_left("evaluate", None, [], {"evaluate": 7.0}, None, at(0)) is None


def test_an_unknown_phase_has_no_estimate() -> None:
    assert time_left("dance", 9, POINTS, {}, USUAL, at(10)) is None
