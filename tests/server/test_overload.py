"""Requests beyond the limit are refused at once; slow senders and monitoring are not."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from werkzeug.test import run_wsgi_app

from server.monitoring.request_counts import RequestCounts
from server.overload import Overload
from tests.support.running import wait_until

MOST = 2


class Slow:
    """An application that answers when the test allows it, behind the middleware."""

    def __init__(self) -> None:
        self.may_answer = threading.Event()
        self.at_work = threading.Semaphore(0)
        self.counts = RequestCounts()
        self.guarded = Overload(self._application, self.counts, MOST)

    def _application(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        self.at_work.release()
        assert self.may_answer.wait(timeout=120)
        start("200 OK", [])
        return [environ["wsgi.input"].read()]

    def ask(self, path: str = "/api/v1/predictions", **environ: object) -> tuple[str, dict, bytes]:
        """Send a request; return status line, headers and body."""
        body, status, headers = run_wsgi_app(
            self.guarded, {"PATH_INFO": path, "wsgi.input": Sent(b""), **environ}
        )
        return status, dict(headers), b"".join(body)

    def ask_aside(self, **given: Any) -> threading.Thread:
        """Send a request in another thread."""
        thread = threading.Thread(target=self.ask, kwargs=given, daemon=True)
        thread.start()
        return thread


class Sent:
    """A request body that arrives when `wait` returns."""

    def __init__(self, data: bytes, wait: Callable[[], object] = lambda: None) -> None:
        self.data, self.wait = data, wait

    def read(self, n: int = -1) -> bytes:
        self.wait()
        return self.data


@pytest.fixture
def busy() -> Iterator[Slow]:
    """The application with as many active requests as the limit allows."""
    server = Slow()
    threads = [server.ask_aside() for _ in range(MOST)]
    for _ in range(MOST):
        assert server.at_work.acquire(timeout=120)
    yield server
    server.may_answer.set()
    for thread in threads:
        thread.join(timeout=120)


def test_a_request_beyond_the_limit_is_asked_to_retry(busy: Slow) -> None:
    status, headers, body = busy.ask()

    assert status.startswith("503")
    assert headers["Retry-After"] == "2"
    assert json.loads(body)["error"] == "NotReady"
    assert "send it again" in json.loads(body)["message"]


def test_after_a_request_ends_the_next_is_answered(busy: Slow) -> None:
    refused = busy.ask()[0]
    busy.may_answer.set()

    assert refused.startswith("503")
    wait_until(lambda: busy.ask()[0] == "200 OK", "the others have left", seconds=10)


@pytest.mark.parametrize(
    "given",
    [{"path": "/readyz"}, {"path": "/metrics"}, {"CONTENT_TYPE": "multipart/form-data; b=1"}],
)
def test_monitors_and_pictures_are_not_counted(busy: Slow, given: dict[str, str]) -> None:
    thread = busy.ask_aside(**given)

    assert busy.at_work.acquire(timeout=120)
    busy.may_answer.set()
    thread.join(timeout=120)


def test_a_client_that_is_still_sending_does_not_count() -> None:
    server, has_arrived = Slow(), threading.Event()
    server.may_answer.set()
    slow = Sent(b"{}", lambda: has_arrived.wait(timeout=120))
    senders = [
        server.ask_aside(**{"wsgi.input": slow, "CONTENT_LENGTH": "2"}) for _ in range(3 * MOST)
    ]

    status, _, _ = server.ask()

    has_arrived.set()
    for sender in senders:
        sender.join(timeout=120)
    assert status == "200 OK"


def test_a_body_that_was_read_reaches_the_route() -> None:
    server = Slow()
    server.may_answer.set()

    _, _, body = server.ask(path="/", **{"wsgi.input": Sent(b"{}"), "CONTENT_LENGTH": "2"})

    assert body == b"{}"


def test_an_unexpected_error_frees_its_place() -> None:
    def bug(_environ: Any, _start: Any) -> list[bytes]:
        raise ZeroDivisionError

    guarded = Overload(bug, RequestCounts(), MOST)

    for _ in range(3 * MOST):
        with pytest.raises(ZeroDivisionError):
            run_wsgi_app(guarded, {"PATH_INFO": "/"})
