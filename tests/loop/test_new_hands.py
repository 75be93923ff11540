"""A run on a few drawings of one person is promoted, and reads that person better."""

from __future__ import annotations

from pathlib import Path

from tests.support.hands import OddHand
from tests.support.people import Admin, Contributor
from tests.support.running import running


def test_forty_drawings_of_an_unusual_writer_raise_the_accuracy_on_that_writer(
    instance: Path,
) -> None:
    hand = OddHand(9)  # the one of forty writers that a first model read worst: 60 %
    with running("up", instance) as inkloop:
        inkloop.wait("/readyz")
        person, admin = Contributor(inkloop), Admin(inkloop)
        for number in range(40):
            person.hand_over(hand.draw(number % 10))

        run = admin.retrain()

        assert run["status"] == "promoted", run["verdict"]
        exam = person.exam()
        assert exam["n"] == 8
        assert exam["n_right"] > exam["n_right_before"]


def test_ten_drawings_suffice_for_a_promotion(instance: Path) -> None:
    hand = OddHand(2)
    with running("up", instance) as inkloop:
        inkloop.wait("/readyz")
        person, admin = Contributor(inkloop), Admin(inkloop)
        for digit in range(10):
            person.hand_over(hand.draw(digit))

        run = admin.retrain()

        assert run["status"] == "promoted", run["verdict"]
        assert inkloop.get("/api/v1/models/champion")["version"] == 2
