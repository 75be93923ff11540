"""Security headers, the request id, and the request log."""

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
# computes it from the installed Plot.
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
# Any other method counts as "other": made-up names would each add a row to the totals.
COUNTED_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def register_headers(app: Flask) -> None:
    """Give each request an id, time it, and add headers to each answer."""
    app.before_request(_begin)
    app.after_request(_finish)


def _begin() -> None:
    g.started = time.perf_counter()
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
    # Bound to all log lines of this request; the thread may have served others before.
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _finish(answer: Response) -> Response:
    identity.set_contributor_cookie(answer)
    # Personal answers must not be stored in shared caches.
    wanted = PRIVATE_HEADERS if request.path.startswith("/api/") else HEADERS
    # `setdefault` raises and catches an exception per missing header, which takes 5 µs.
    present = {name.lower() for name, _ in answer.headers}
    for name, value in wanted.items():
        if name.lower() not in present:
            answer.headers.add(name, value)
    if request.is_secure:
        answer.headers["Strict-Transport-Security"] = STRICT_TRANSPORT
    answer.headers["X-Request-ID"] = g.request_id
    _log_request(answer)
    return answer


def _log_request(answer: Response) -> None:
    """Log one line per request without personal data: no address, no id, no query."""
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
