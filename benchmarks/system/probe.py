"""A client that asks a real server for predictions without a pause, and counts failures."""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.system.server import serving
from core.symbols.digits.golden import GOLDEN, PAGE_PX

PAUSE_SECONDS: Final = 0.05
STATUS_OK: Final = 200
ANSWER_SECONDS: Final = 600.0
"""Generous: other benches measure the time of an answer."""


class PredictionProbe(threading.Thread):
    """Requests one prediction after another, each on a new connection."""

    def __init__(self, host: str) -> None:
        super().__init__(name="prediction probe", daemon=True)
        self.n_answers = 0
        self.n_failures = 0
        self._host = host
        self._is_over = threading.Event()
        strokes = {"strokes": GOLDEN[3].as_json(), "width": PAGE_PX, "height": PAGE_PX}
        self._body = json.dumps(strokes)

    def run(self) -> None:
        """Request predictions until `end`."""
        while not self._is_over.wait(PAUSE_SECONDS):
            if self.version() is None:
                self.n_failures += 1
            else:
                self.n_answers += 1

    def version(self) -> int | None:
        """The version that answers; None if the request fails."""
        connection = http.client.HTTPConnection(self._host, timeout=ANSWER_SECONDS)
        try:
            head = {"Content-Type": "application/json"}
            connection.request("POST", "/api/v1/predictions", self._body, head)
            answer = connection.getresponse()
            body = answer.read()
        except OSError:
            return None
        finally:
            connection.close()
        return int(json.loads(body)["model_version"]) if answer.status == STATUS_OK else None

    def is_refused(self, version: int, seconds: float = 30.0) -> bool:
        """Whether `/readyz` reports a problem with a version within this time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            connection = http.client.HTTPConnection(self._host, timeout=ANSWER_SECONDS)
            connection.request("GET", "/readyz")
            ready = json.loads(connection.getresponse().read())
            connection.close()
            if any(f"version {version} " in problem for problem in ready["problems"]):
                return True
            time.sleep(PAUSE_SECONDS)
        return False

    def wait_for(self, version: int, seconds: float = 60.0) -> bool:
        """Whether this version answers within this time."""
        deadline = time.monotonic() + seconds
        while self.version() != version:
            if time.monotonic() > deadline:
                return False
            time.sleep(PAUSE_SECONDS)
        return True

    def end(self) -> None:
        """Stop, and wait for the last answer."""
        self._is_over.set()
        self.join()


@contextlib.contextmanager
def probing(instance: Path, log: Path) -> Iterator[PredictionProbe]:
    """Serve an instance that has a live version, and probe it."""
    with serving(instance, log=log) as (host, _cookie):
        probe = PredictionProbe(host)
        probe.start()
        try:
            yield probe
        finally:
            probe.end()
