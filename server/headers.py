"""What every answer carries for the browser's and the reader's safety, and the request's log."""

from __future__ import annotations

import re
import secrets
import time

import structlog
from flask import Flask, Response, g, request

from server import identity
from server.services import services

log = structlog.get_logger()

# The style that Observable Plot 0.6.17 puts into each chart; webui/src/admin/plot-style.test.ts
# works it out anew from the Plot that is installed.
PLOT_STYLE = "'sha256-jSYQUrW7J0b3jPqhZP9C2Xh1PyJKHKXd4s0fpGGKrww='"
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        f"style-src 'self' {PLOT_STYLE}",
        "img-src 'self' blob: data:",
        "connect-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
}
PRIVATE_HEADERS = HEADERS | {"Cache-Control": "private, no-store"}
STRICT_TRANSPORT = "max-age=31536000"
# Each other word would be a row of its own among the totals, for ever.
COUNTED_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
A_SANE_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def register_headers(app: Flask) -> None:
    """Number each request, time it, and finish each answer."""
    app.before_request(_begin)
    app.after_request(_finish)


def _begin() -> None:
    g.started = time.perf_counter()
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if A_SANE_ID.fullmatch(given) else secrets.token_hex(8)
    # Whatever is logged on the way carries it, too. The thread served others before.
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _finish(answer: Response) -> Response:
    identity.hand_out_contributor_cookie(answer)
    # What belongs to one person is never kept for another.
    wanted = PRIVATE_HEADERS if request.path.startswith("/api/") else HEADERS
    # `setdefault` makes an exception of each header that is missing: 5 µs.
    given = {name.lower() for name, _ in answer.headers}
    for name, value in wanted.items():
        if name.lower() not in given:
            answer.headers.add(name, value)
    if request.is_secure:
        answer.headers["Strict-Transport-Security"] = STRICT_TRANSPORT
    answer.headers["X-Request-ID"] = g.request_id
    _record(answer)
    return answer


def _record(answer: Response) -> None:
    """One line per request, without anything personal: no address, no id, no query."""
    seconds = time.perf_counter() - g.started
    rule = request.url_rule
    route = "-" if rule is None else rule.rule
    method = request.method if request.method in COUNTED_METHODS else "other"
    services().counts.add(method, route, answer.status_code, seconds)
    model = services().live.current
    log.info(
        "request",
        request_id=g.request_id,
        method=method,
        route=route,
        status=answer.status_code,
        ms=round(seconds * 1000, 2),
        version=None if model is None else model.version,
    )
