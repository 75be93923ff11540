"""Rate limits, which all workers count together."""

import pytest

from core.base.errors import NotReady, TooManyRequests
from server.app import create_app
from server.limits import (
    LOGINS_PER_ACCOUNT,
    LOGINS_PER_ACCOUNT_AND_ADDRESS,
    LOGINS_PER_ADDRESS,
    Limits,
)
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


def test_guessing_passwords_is_limited(client):
    wrong = {"email": "ada@example.org", "password": "a wrong password"}

    for _ in range(LOGINS_PER_ACCOUNT_AND_ADDRESS):
        assert client.post("/api/v1/login", json=wrong).status_code == 401
    assert client.post("/api/v1/login", json=wrong).status_code == 429


def login_refused_after(workers, attempts) -> int:
    """Count the attempts (account, network address) that pass before one is refused."""
    for place, (email, address) in enumerate(attempts):
        try:
            workers[place % len(workers)].login(email, address)
        except TooManyRequests:
            return place
    raise AssertionError("none was refused")


@pytest.fixture
def workers(settings, parts):
    """Two workers' limits on one shared state."""
    return [Limits(parts.shared_state, settings, parts.secret) for _ in range(2)]


def test_guesses_from_one_address_count_together_for_all_accounts(workers):
    attempts = [(f"user{n}@example.org", "203.0.113.7") for n in range(100)]

    assert login_refused_after(workers, attempts) == LOGINS_PER_ADDRESS


def test_guesses_at_one_account_count_together_for_all_addresses(workers):
    attempts = [("ada@example.org", f"203.0.113.{n}") for n in range(200)]

    assert login_refused_after(workers, attempts) == LOGINS_PER_ACCOUNT


def test_the_spelling_of_an_address_does_not_matter(workers):
    attempts = [(" Ada@Example.org "[n % 2 :], "203.0.113.7") for n in range(50)]

    assert login_refused_after(workers, attempts) == LOGINS_PER_ACCOUNT_AND_ADDRESS


def test_an_ipv6_network_counts_as_one_address(workers):
    """A household has 2^64 addresses: a limit for each would be no limit."""
    attempts = [(f"user{n}@example.org", f"2001:db8:1:2:{n:x}::1") for n in range(100)]

    assert login_refused_after(workers, attempts) == LOGINS_PER_ADDRESS


def test_an_ipv4_address_is_the_same_mapped_to_ipv6(workers):
    attempts = [(f"u{n}@example.org", ["203.0.113.7", "::ffff:203.0.113.7"][n % 2])
                for n in range(100)]  # fmt: skip

    assert login_refused_after(workers, attempts) == LOGINS_PER_ADDRESS


@pytest.mark.parametrize("n_proxies", [0, 1])
def test_a_forwarded_address_counts_only_behind_a_declared_proxy(settings, n_proxies):
    client = create_app(settings.model_copy(update={"trusted_proxies": n_proxies})).test_client()
    body = {"password": "a wrong password"}

    found = [
        client.post(
            "/api/v1/login",
            json=body | {"email": f"u{n}@example.org"},
            headers={"X-Forwarded-For": f"203.0.113.{n}"},
        ).status_code
        for n in range(LOGINS_PER_ADDRESS + 1)
    ]

    assert found[-1] == (401 if n_proxies else 429)


def test_two_workers_count_together(workers):
    with pytest.raises(TooManyRequests):
        for turn in range(12):
            workers[turn % 2].drawing("alice", "10.0.0.1")


def test_each_worker_counts_by_itself_while_the_shared_file_cannot_be_written(workers, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise NotReady("the disk is full")

    for worker in workers:
        monkeypatch.setattr(worker._shared_state, "hit", full)

    for worker in workers:
        for _ in range(5):
            worker.drawing("alice", "10.0.0.1")
        with pytest.raises(TooManyRequests, match="try again in"):
            worker.drawing("alice", "10.0.0.1")


def test_no_address_is_stored(app, parts, publish):
    publish(1, says=7)
    app.test_client().post(
        "/api/v1/predictions", json=strokes(), environ_base={"REMOTE_ADDR": "203.0.113.77"}
    )
    parts.shared_state.dispose()

    assert b"203.0.113.77" not in parts.settings.shared_state_path.read_bytes()


def test_nothing_is_counted_while_limits_are_off(settings):
    app = create_app(settings.model_copy(update={"rate_limits": "off"}))
    client = app.test_client()

    answers = [client.post("/api/v1/drawings", json=drawing()) for _ in range(11)]

    assert {answer.status_code for answer in answers} == {201}
