"""A contributor is identified by a signed cookie only."""

import pytest

from tests.server.shapes import drawing

NAME = "inkloop_contributor"


@pytest.mark.parametrize("url", ["/", "/api/v1/me"])
def test_the_page_and_me_set_the_cookie(client, url):
    cookie = client.get(url).headers["Set-Cookie"]

    assert cookie.startswith(f"{NAME}=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_the_cookie_is_secure_over_tls(client):
    cookie = client.get("/api/v1/me", base_url="https://localhost").headers["Set-Cookie"]

    assert "Secure" in cookie


def test_me_renews_the_same_contributor(client):
    first = client.get("/api/v1/me").json["contributor"]
    again = client.get("/api/v1/me")

    assert again.json["contributor"] == first
    assert NAME in again.headers["Set-Cookie"]


def test_a_drawing_without_a_cookie_sets_one(client):
    answer = client.post("/api/v1/drawings", json=drawing())

    assert NAME in answer.headers["Set-Cookie"]
    assert client.get("/api/v1/drawings/mine").json["counts"]["total"] == 1


def test_a_prediction_makes_no_contributor(client):
    answer = client.post("/api/v1/predictions", json={})

    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("forge", [lambda v: "0" * 32 + v[32:], lambda v: v[:-1], lambda v: "x"])
def test_a_forged_cookie_is_ignored(client, forge):
    client.post("/api/v1/drawings", json=drawing())
    client.set_cookie(NAME, forge(client.get_cookie(NAME).value))

    assert client.get("/api/v1/drawings/mine").json["items"] == []
