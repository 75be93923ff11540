"""How long a run took, and how long it will yet take, if anybody can know."""

from __future__ import annotations

from datetime import datetime, timedelta

from server.api.runs.time_left import Left, Line, Point, phase_seconds, time_left
from tests.conftest import NOW


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def phase(seconds: float, name: str) -> Line:
    return Line(at(seconds), "phase", {"phase": name})


USUAL = {"gather": 1.0, "train": 20.0, "evaluate": 6.0, "gate": 0.5, "export": 3.0, "publish": 0.5}
POINTS = [Point(at(step / 10), "train", step) for step in range(10, 101, 10)]


def test_each_phase_took_what_lies_between_its_line_and_the_next() -> None:
    lines = [phase(0, "gather"), phase(2, "train"), Line(at(9), "ended", {})]

    assert phase_seconds(lines, at(99)) == {"gather": 2.0, "train": 7.0}


def test_a_second_look_adds_to_its_phases() -> None:
    lines = [phase(0, "evaluate"), phase(2, "gate"), phase(3, "evaluate"), phase(7, "gate")]

    assert phase_seconds(lines, at(8)) == {"evaluate": 6.0, "gate": 2.0}


def test_the_pause_after_a_stop_counts_for_nothing() -> None:
    lines = [phase(0, "train"), Line(at(3), "stopped", {}), Line(at(900), "resumed", {})]

    assert phase_seconds([*lines, phase(901, "train")], at(905)) == {"train": 7.0}


def test_learning_is_measured_and_the_rest_taken_from_the_last_run() -> None:
    left = time_left("train", 200, POINTS, {}, USUAL, at(10))

    assert left == Left(10.0 + 6.0 + 0.5 + 3.0 + 0.5, is_whole=True)


def test_without_a_last_run_only_what_is_measured_is_promised() -> None:
    assert time_left("train", 200, POINTS, {}, None, at(10)) == Left(10.0, is_whole=False)


def test_before_the_pace_is_known_nothing_is_promised() -> None:
    assert time_left("train", 200, POINTS[:1], {}, USUAL, at(1)) is None
    assert time_left("train", None, POINTS, {}, USUAL, at(10)) is None


def test_a_trainer_that_fell_silent_promises_nothing() -> None:
    assert time_left("train", 200, POINTS, {}, USUAL, at(60)) is None


def test_what_takes_longer_than_last_time_promises_nothing() -> None:
    assert time_left("evaluate", None, [], {"evaluate": 4.0}, USUAL, at(0)) == Left(6.0, True)
    assert time_left("evaluate", None, [], {"evaluate": 7.0}, USUAL, at(0)) is None
    assert time_left("evaluate", None, [], {"evaluate": 7.0}, None, at(0)) is None


def test_a_phase_of_another_version_promises_nothing() -> None:
    assert time_left("dance", 9, POINTS, {}, USUAL, at(10)) is None
