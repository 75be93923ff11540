"""Security headers, request ids and the request log."""

import pytest
import structlog

from server.headers import PLOT_STYLE

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": f"'self' {PLOT_STYLE}",
    "img-src": "'self' blob: data:",
    "connect-src": "'self'",
    "font-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


@pytest.mark.parametrize("url", ["/", "/api/v1/stats", "/api/v1/nothing", "/api/docs"])
def test_every_answer_has_the_policy(client, url):
    policy = client.get(url).headers["Content-Security-Policy"]

    assert dict(rule.split(" ", 1) for rule in policy.split("; ")) == POLICY


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ],
)
def test_every_answer_has_the_other_headers(client, name, value):
    assert client.get("/api/v1/stats").headers[name] == value


def test_strict_transport_security_is_sent_only_over_tls(client):
    plain = client.get("/healthz").headers
    tls = client.get("/healthz", base_url="https://localhost").headers

    assert "Strict-Transport-Security" not in plain
    assert "max-age=31536000" in tls["Strict-Transport-Security"]


def test_a_request_keeps_its_given_id(client):
    answer = client.get("/healthz", headers={"X-Request-ID": "abc-1"})

    assert answer.headers["X-Request-ID"] == "abc-1"


def test_an_id_that_could_forge_log_lines_is_replaced(client):
    answer = client.get("/healthz", headers={"X-Request-ID": "a b"})

    assert answer.headers["X-Request-ID"] != "a b"


def test_personal_answers_are_not_cached(client):
    answer = client.get("/api/v1/drawings/mine")

    assert "private" in answer.headers["Cache-Control"]


def test_the_log_has_the_route_and_no_personal_data(client):
    with structlog.testing.capture_logs() as lines:
        client.get("/api/v1/drawings/mine?limit=3", headers={"X-Forwarded-For": "203.0.113.7"})

    (line,) = [line for line in lines if line["event"] == "request"]
    assert (line["route"], line["status"]) == ("/api/v1/drawings/mine", 200)
    assert set(line) == {
        *("event", "log_level", "request_id", "method", "route", "status", "ms", "version"),
    }
