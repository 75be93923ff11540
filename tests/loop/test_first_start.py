"""From an empty instance to a live model."""

from __future__ import annotations

from tests.first_model import FirstModel


def test_the_server_answers_within_five_seconds(first_model: FirstModel) -> None:
    assert first_model.start.seconds_to_healthz <= 5


def test_the_first_model_is_live_within_a_minute(first_model: FirstModel) -> None:
    assert first_model.start.seconds_to_live <= 60


def test_the_first_model_reads_994_of_1000_test_digits(first_model: FirstModel) -> None:
    assert first_model.start.accuracy >= 0.994
