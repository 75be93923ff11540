"""Load shedding: a worker refuses requests beyond a limit at once, rather than queue them.

This WSGI middleware runs before Flask and logs nothing, so that a refusal costs almost nothing.
Clients whose request has not arrived completely do not count: each occupies only a sleeping thread.
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

MAX_ACTIVE = 64  # per worker; each may hold one of the 80 read connections of the database
RETRY_SECONDS = 2
# Monitoring must work under overload.
ALWAYS_ANSWERED = frozenset({"/healthz", "/readyz", "/metrics"})
REFUSAL = json.dumps(
    {"error": "NotReady", "message": "too many requests at once: send it again in a few seconds"}
).encode()


class Overload:
    """Passes at most `limit` requests to the application at once."""

    def __init__(
        self, application: WSGIApplication, counts: RequestCounts, limit: int = MAX_ACTIVE
    ) -> None:
        self._application = application
        self._counts = counts
        self._free = threading.BoundedSemaphore(limit)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        content_type = environ.get("CONTENT_TYPE", "")
        # Routes read uploaded files themselves, and pictures have their own queue.
        if environ["PATH_INFO"] in ALWAYS_ANSWERED or content_type.startswith("multipart/"):
            return self._application(environ, start_response)
        _read_body(environ)
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


def _read_body(environ: WSGIEnvironment) -> None:
    """Read the whole body, which may take minutes with a slow client, and keep it for the route.

    The route itself handles bodies without a length and bodies longer than JSON may be.
    """
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isdecimal() and 0 < int(length) <= MAX_JSON_BYTES:
        environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(int(length)))
