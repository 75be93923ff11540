"""A real server that is asked without a pause, to tell whether it ever failed to answer."""

from __future__ import annotations

import contextlib
import http.client
import json
import secrets
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.system.served import Account, serving
from core.symbols.digits.golden import GOLDEN, PAGE_PX

PAUSE_SECONDS = 0.05
STATUS_OK = 200
ANSWER_SECONDS = 600.0
"""How long an answer takes is measured elsewhere; here it only has to come."""
REFUSED = "is not what was published"
"""What `/readyz` says of a version whose bytes have changed."""


class Asked(threading.Thread):
    """One client, again and again on new connections."""

    def __init__(self, host: str) -> None:
        super().__init__(name="asked", daemon=True)
        self.n_answers = 0
        """That named a version."""
        self.n_unanswered = 0
        self._host = host
        self._is_over = threading.Event()
        strokes = {"strokes": GOLDEN[3].as_json(), "width": PAGE_PX, "height": PAGE_PX}
        self._body = json.dumps(strokes)

    def run(self) -> None:
        """Ask until it is over."""
        while not self._is_over.wait(PAUSE_SECONDS):
            if self.version() is None:
                self.n_unanswered += 1
            else:
                self.n_answers += 1

    def version(self) -> int | None:
        """The version that answers now; None if none does."""
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

    def is_degraded(self, seconds: float = 30.0) -> bool:
        """Whether `/readyz` says within the time that something is wrong while it serves."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            connection = http.client.HTTPConnection(self._host, timeout=ANSWER_SECONDS)
            connection.request("GET", "/readyz")
            said = json.loads(connection.getresponse().read())
            connection.close()
            if any(REFUSED in problem for problem in said["problems"]):
                return True
            time.sleep(PAUSE_SECONDS)
        return False

    def wait_for(self, version: int, seconds: float = 60.0) -> bool:
        """Whether it answers with this version within the time."""
        deadline = time.monotonic() + seconds
        while self.version() != version:
            if time.monotonic() > deadline:
                return False
            time.sleep(PAUSE_SECONDS)
        return True

    def end(self) -> None:
        """Ask no more."""
        self._is_over.set()
        self.join()


@contextlib.contextmanager
def asking(instance: Path, log: Path) -> Iterator[Asked]:
    """A server on an instance with a live version, and the one who asks it."""
    account = Account("bench@example.org", secrets.token_urlsafe(16))
    with serving(instance, account, log=log) as (host, _cookie):
        asked = Asked(host)
        asked.start()
        try:
            yield asked
        finally:
            asked.end()
