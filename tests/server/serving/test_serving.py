"""Real workers under load: a promotion reaches all of them without a failed request."""

from __future__ import annotations

import threading
import time

import pytest
import requests

from core.base.clock import utc_now
from core.storage.model_store import ModelStore
from core.storage.shared_state import SharedState
from tests.server import small_models
from tests.server.shapes import strokes
from tests.support.running import running, wait_until

N_WORKERS = 3
N_CLIENTS = 4
ALL_SWITCHED_WITHIN_SECONDS = 3.0

pytestmark = pytest.mark.slow


class Client(threading.Thread):
    """Requests predictions without a pause; records the start and answer of each."""

    def __init__(self, url: str, stop: threading.Event) -> None:
        super().__init__()
        self.url = url
        self.stop = stop
        self.answers: list[tuple[float, int, int]] = []

    def run(self) -> None:
        """Send requests until stopped."""
        with requests.Session() as session:
            while not self.stop.is_set():
                began = time.monotonic()
                answer = session.post(f"{self.url}/api/v1/predictions", json=strokes(), timeout=120)
                version = answer.json().get("model_version", 0)
                self.answers.append((began, answer.status_code, version))


@pytest.fixture
def publish(settings, database):
    """Publish a version from outside the server, as the trainer does."""

    def _publish(version: int) -> None:
        with database.write() as session:
            store = ModelStore(settings.models_dir)
            small_models.publish(store, session, version, says=version)

    return _publish


def test_a_promotion_under_load_fails_no_request_and_reaches_all_workers(settings, publish):
    publish(1)
    with running("serve", settings.instance, INKLOOP_WORKERS=str(N_WORKERS)) as inkloop:
        shared_state = SharedState(settings)
        wait_until(
            lambda: serving(shared_state) == [1] * N_WORKERS, "every worker serves version 1"
        )
        stop = threading.Event()
        clients = [Client(inkloop.url, stop) for _ in range(N_CLIENTS)]
        for client in clients:
            client.start()
        wait_until(lambda: all(len(client.answers) > 20 for client in clients), "there is load")

        publish(2)
        promoted = time.monotonic()
        wait_until(
            lambda: serving(shared_state) == [2] * N_WORKERS,
            "every worker serves version 2",
            seconds=ALL_SWITCHED_WITHIN_SECONDS,
        )
        switched = time.monotonic()
        wait_until(
            lambda: all(client.answers[-1][0] > switched for client in clients), "they went on"
        )
        stop.set()
        for client in clients:
            client.join()
        shared_state.dispose()

    answers = [answer for client in clients for answer in client.answers]
    assert {status for _, status, _ in answers} == {200}
    assert {version for began, _, version in answers if began > switched} == {2}
    assert switched - promoted < ALL_SWITCHED_WITHIN_SECONDS


def serving(shared_state: SharedState) -> list[int | None]:
    """Return the version of each live worker."""
    return [worker.version for worker in shared_state.workers(now=utc_now())]
