"""The one-time link creates the first admin."""

import pytest

from core.base.clock import utc_now
from core.people import accounts

URL = "/api/v1/setup"


@pytest.fixture
def token(parts):
    with parts.database.write() as session:
        return accounts.make_setup_token(session, now=utc_now())


def form(token: str, **given):
    return {"token": token, "email": "ada@example.org", "password": "four quiet words", **given}


def test_the_link_makes_the_first_admin_and_signs_in(client, token):
    answer = client.post(URL, json=form(token))

    assert answer.status_code == 200
    assert answer.json["role"] == "admin"
    assert client.get("/api/v1/models").status_code == 200


def test_me_says_that_setup_is_needed_until_there_is_an_admin(client, token):
    before = client.get("/api/v1/me").json["needs_setup"]
    client.post(URL, json=form(token))

    assert before is True
    assert client.get("/api/v1/me").json["needs_setup"] is False


def test_the_link_works_once(app, client, token):
    client.post(URL, json=form(token))

    answer = app.test_client().post(URL, json=form(token, email="eve@example.org"))

    assert answer.status_code == 409


def test_a_wrong_link_creates_no_account(client, token):
    answer = client.post(URL, json=form(token + "x"))

    assert answer.status_code == 401
    assert client.get("/api/v1/me").json["needs_setup"] is True


def test_a_short_password_is_refused_and_the_link_stays_valid(client, token):
    answer = client.post(URL, json=form(token, password="short"))

    assert answer.status_code == 422
    assert client.post(URL, json=form(token)).status_code == 200
