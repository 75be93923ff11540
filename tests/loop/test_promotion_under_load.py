"""Three workers under load while a version is promoted."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from pathlib import Path

import requests

from tests.support.hands import OddHand
from tests.support.people import Admin, Contributor
from tests.support.running import Running, running, wait_until

PAUSE_SECONDS = 0.02  # the two cores also train a model meanwhile


class Reader(threading.Thread):
    """Requests predictions repeatedly; records status, version and time of each answer."""

    def __init__(self, inkloop: Running) -> None:
        super().__init__(daemon=True)
        self.url = f"{inkloop.url}/api/v1/predictions"
        drawing = OddHand(1).draw(4)
        self.body = {key: drawing[key] for key in ("strokes", "width", "height")}
        self.is_over = threading.Event()
        self.answers: list[tuple[float, int, int | None]] = []

    def run(self) -> None:
        while not self.is_over.is_set():
            # A new connection each time, so that all workers get requests.
            answer = requests.post(self.url, json=self.body, timeout=10)
            version = answer.json().get("model_version")
            self.answers.append((time.time(), answer.status_code, version))
            self.is_over.wait(PAUSE_SECONDS)


def test_a_promotion_under_load_fails_no_request_and_reaches_all_workers(
    instance: Path,
) -> None:
    hand = OddHand(2)
    with running("up", instance, INKLOOP_WORKERS="3") as inkloop:
        inkloop.wait("/readyz")
        person, admin = Contributor(inkloop), Admin(inkloop)
        for number in range(10):
            person.hand_over(hand.draw(number))
        readers = [Reader(inkloop) for _ in range(3)]
        for reader in readers:
            reader.start()

        run = admin.retrain(seconds=240)
        assert run["status"] == "promoted", run["verdict"]
        champion = inkloop.get("/api/v1/models/champion")
        promoted_at = datetime.fromisoformat(champion["promoted_at"]).timestamp()
        wait_until(lambda: time.time() > promoted_at + 4, "four seconds have passed")
        for reader in readers:
            reader.is_over.set()
        for reader in readers:
            reader.join(20)

    answers = [answer for reader in readers for answer in reader.answers]
    late = [version for at, _, version in answers if at > promoted_at + 3]
    assert {status for _, status, _ in answers} == {200}
    assert {version for _, _, version in answers} == {1, 2}
    assert set(late) == {2}
