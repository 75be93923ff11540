"""Signing in and out, and sessions, which end on the server."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from core.base.clock import utc_now
from core.base.kinds import Role
from core.people import accounts
from core.storage.tables import LoginSession, User
from server.app import create_app
from tests.server.conftest import PASSWORD, PASSWORD_HASH

ADA = {"email": "ada@example.org", "password": PASSWORD}


@pytest.fixture(autouse=True)
def ada(parts):
    with parts.database.write() as session:
        accounts.create_user(
            session, ADA["email"], PASSWORD_HASH, Role.ADMIN, by="test", now=utc_now()
        )


def test_the_right_password_signs_in(client):
    answer = client.post("/api/v1/login", json=ADA)

    assert answer.status_code == 200
    assert answer.json["role"] == "admin"
    assert client.get("/api/v1/me").json["email"] == "ada@example.org"


def test_the_session_cookie_is_http_only(client):
    cookies = client.post("/api/v1/login", json=ADA).headers.getlist("Set-Cookie")

    (cookie,) = [cookie for cookie in cookies if cookie.startswith("inkloop_session=")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def behind(settings, n_proxies: int):
    """Return the application behind `n` trusted proxies."""
    return create_app(settings.model_copy(update={"trusted_proxies": n_proxies})).test_client()


def session_cookie(client, **headers: str) -> str:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    cookies = client.post("/api/v1/login", json=ADA, headers=given).headers.getlist("Set-Cookie")
    (cookie,) = [cookie for cookie in cookies if cookie.startswith("inkloop_session=")]
    return cookie


def test_the_cookie_is_secure_behind_a_tls_proxy(settings):
    client = behind(settings, 1)

    assert "; Secure" in session_cookie(client, X_Forwarded_Proto="https")
    assert "; Secure" not in session_cookie(client, X_Forwarded_Proto="http")


def test_headers_of_an_untrusted_proxy_are_ignored(settings):
    client = behind(settings, 0)

    assert "; Secure" not in session_cookie(client, X_Forwarded_Proto="https")


def test_each_sign_in_makes_a_new_session_secret(client):
    client.set_cookie("inkloop_session", "chosen-by-somebody-else")

    client.post("/api/v1/login", json=ADA)

    assert client.get_cookie("inkloop_session").value != "chosen-by-somebody-else"
    assert len(client.get_cookie("inkloop_session").value) >= 43  # 256 bits


@pytest.mark.parametrize(
    "wrong", [{"password": "four loud words here"}, {"email": "bob@example.org"}]
)
def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client, wrong):
    answer = client.post("/api/v1/login", json=ADA | wrong)

    assert answer.status_code == 401
    assert answer.json["message"] == "no account has this address and password: check both"
    assert client.get("/api/v1/me").json["role"] == "anybody"


def test_signing_out_ends_the_session_on_the_server(app, client):
    client.post("/api/v1/login", json=ADA)
    stolen = client.get_cookie("inkloop_session").value

    answer = client.post("/api/v1/logout")

    thief = app.test_client()
    thief.set_cookie("inkloop_session", stolen)
    assert answer.status_code == 204
    assert thief.get("/api/v1/me").json["role"] == "anybody"


def test_signing_in_again_ends_the_browsers_previous_session(app, client):
    client.post("/api/v1/login", json=ADA)
    earlier = client.get_cookie("inkloop_session").value

    client.post("/api/v1/login", json=ADA)

    thief = app.test_client()
    thief.set_cookie("inkloop_session", earlier)
    assert thief.get("/api/v1/me").json["role"] == "anybody"


def test_a_session_expires(client, parts):
    client.post("/api/v1/login", json=ADA)
    with parts.database.write() as session:
        session.execute(update(LoginSession).values(expires_at=utc_now() - timedelta(seconds=1)))

    assert client.get("/api/v1/me").json["role"] == "anybody"


def test_a_disabled_account_loses_its_session_at_once(client, parts):
    client.post("/api/v1/login", json=ADA)
    with parts.database.write() as session:
        session.execute(update(User).values(disabled_at=utc_now()))

    assert client.get("/api/v1/me").json["role"] == "anybody"


def test_signing_out_without_a_session_is_no_error(client):
    assert client.post("/api/v1/logout").status_code == 204
