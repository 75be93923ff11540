"""More requests at once than a worker can work on are refused at once, rather than kept waiting.

It stands before Flask, and writes no line in the log: a refusal has to cost next to nothing.
Clients whose request has not arrived yet do not count, however many and slow they are: each costs
a thread that sleeps.
"""

from __future__ import annotations

import io
import json
import secrets
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from server.contract import MAX_JSON_BYTES
from server.monitoring.request_counts import RequestCounts

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MOST_AT_WORK = 64  # per worker; each may hold one of the 80 connections that read the database
RETRY_SECONDS = 2
# A monitor has to get its answer above all when there is too much to do.
ALWAYS_ANSWERED = frozenset({"/healthz", "/readyz", "/metrics"})
REFUSAL = json.dumps(
    {"error": "NotReady", "message": "too many requests at once: send it again in a few seconds"}
).encode()


class Overload:
    """Lets at most so many requests into the application at once."""

    def __init__(
        self, application: WSGIApplication, counts: RequestCounts, most: int = MOST_AT_WORK
    ) -> None:
        self._application = application
        self._counts = counts
        self._free = threading.BoundedSemaphore(most)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        content_type = environ.get("CONTENT_TYPE", "")
        # Forms with a file are read by their routes, and pictures have a queue of their own.
        if environ["PATH_INFO"] in ALWAYS_ANSWERED or content_type.startswith("multipart/"):
            return self._application(environ, start_response)
        _take_in_body(environ)
        if not self._free.acquire(blocking=False):
            return self._refuse(start_response)
        try:
            return self._application(environ, start_response)
        finally:
            self._free.release()

    def _refuse(self, start: StartResponse) -> Iterable[bytes]:
        self._counts.add("other", "-", 503, 0.0)
        headers = {
            "Content-Type": "application/json",
            "Content-Length": str(len(REFUSAL)),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "X-Request-ID": secrets.token_hex(8),
            "Retry-After": str(RETRY_SECONDS),
        }
        start("503 Service Unavailable", list(headers.items()))
        return [REFUSAL]


def _take_in_body(environ: WSGIEnvironment) -> None:
    """Wait for the body, which a slow client may send for minutes; kept for the route.

    One without a length, or longer than JSON may be, is the route's affair.
    """
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isdecimal() and 0 < int(length) <= MAX_JSON_BYTES:
        environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(int(length)))
