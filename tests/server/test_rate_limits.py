"""Whoever asks too often is told when to come back; all workers count together."""

import pytest

from core.errors import TooManyRequests
from server.app import create_app
from server.limits import LOGINS_PER_ACCOUNT_AND_ADDRESS, Limits
from tests.server.shapes import drawing, strokes


@pytest.fixture
def settings(settings):
    return settings.model_copy(
        update={
            "rate_limits": "on",
            "max_drawings_per_minute": 5,
            "max_predictions_per_minute": 40,
        }
    )


def statuses(client, url, n, **given):
    return [client.post(url, **given).status_code for _ in range(n)]


def test_too_many_drawings_are_refused(client):
    answers = [client.post("/api/v1/drawings", json=drawing()) for _ in range(11)]

    assert [answer.status_code for answer in answers[:5]] == [201] * 5
    assert answers[10].status_code == 429
    assert 1 <= int(answers[10].headers["Retry-After"]) <= 60
    assert "try again in" in answers[10].json["message"]


def test_too_many_predictions_are_refused(client, publish):
    publish(1, says=7)
    client.get("/api/v1/me")

    found = statuses(client, "/api/v1/predictions", 81, json=strokes())

    assert found[:39] == [200] * 39
    assert found[80] == 429


def test_without_a_cookie_the_address_counts(app, publish):
    publish(1, says=7)

    found = [
        app.test_client().post("/api/v1/predictions", json=strokes()).status_code
        for _ in range(20 * 40 + 41)
    ]

    assert found[0] == 200
    assert found[-1] == 429


def test_guessing_passwords_is_slowed_down(client):
    wrong = {"email": "ada@example.org", "password": "a wrong password"}

    for _ in range(LOGINS_PER_ACCOUNT_AND_ADDRESS):
        assert client.post("/api/v1/login", json=wrong).status_code == 401
    assert client.post("/api/v1/login", json=wrong).status_code == 429


def test_two_workers_count_together(settings, parts):
    workers = [Limits(parts.volatile, settings, parts.secret) for _ in range(2)]

    with pytest.raises(TooManyRequests):
        for turn in range(12):
            workers[turn % 2].drawing("alice", "10.0.0.1")


def test_no_address_is_written_down(app, parts, publish):
    publish(1, says=7)
    app.test_client().post(
        "/api/v1/predictions", json=strokes(), environ_base={"REMOTE_ADDR": "203.0.113.77"}
    )
    parts.volatile.dispose()

    assert b"203.0.113.77" not in parts.settings.volatile_path.read_bytes()


def test_switched_off_nothing_is_counted(settings):
    app = create_app(settings.model_copy(update={"rate_limits": "off"}))
    client = app.test_client()

    answers = [client.post("/api/v1/drawings", json=drawing()) for _ in range(11)]

    assert {answer.status_code for answer in answers} == {201}
