"""Accounts, sessions and tokens, as admins and users change them."""

import pytest

from core.base.clock import utc_now
from core.base.kinds import Role
from core.people import accounts
from server.api.accounts.browser_name import browser_name
from tests.server.conftest import PASSWORD, PASSWORD_HASH

URL = "/api/v1/users"
NEW = "another few quiet words"
EVA = {"email": "eva@example.org", "password": PASSWORD}
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"


@pytest.fixture
def eva(parts) -> int:
    """Eva's account, with the role reviewer."""
    with parts.database.write() as session:
        user = accounts.create_user(
            session, EVA["email"], PASSWORD_HASH, Role.REVIEWER, by="test", now=utc_now()
        )
        return user.id


@pytest.fixture
def browsers(app, eva):
    """Two browsers in which Eva is signed in."""
    both = [app.test_client(), app.test_client()]
    for browser in both:
        assert browser.post("/api/v1/login", json=EVA).status_code == 200
    return both


def my_id(admin) -> int:
    users = admin.get(URL).json["items"]
    return next(user["id"] for user in users if user["email"] == "admin@example.org")


def role(client) -> str:
    return client.get("/api/v1/me").json["role"]


def test_a_new_account_signs_in_with_its_generated_password(admin, client):
    made = admin.post(URL, json={"email": "eva@example.org", "role": "reviewer"})

    assert made.status_code == 201
    signed_in = client.post(
        "/api/v1/login", json={"email": "eva@example.org", "password": made.json["password"]}
    )
    assert signed_in.json["role"] == "reviewer"
    assert made.json["password"] not in admin.get(URL).text


def test_a_given_password_is_not_shown_again(admin):
    made = admin.post(URL, json=EVA | {"role": "admin"})

    assert made.json["password"] is None


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"email": "admin@example.org"}, 409),
        ({"email": "nowhere"}, 422),
        ({"role": "anybody"}, 422),
        ({"password": "short"}, 422),
    ],
)
def test_an_invalid_account_is_refused(admin, changed, status):
    assert admin.post(URL, json=EVA | {"role": "reviewer"} | changed).status_code == status


def test_the_last_admin_can_be_neither_disabled_nor_demoted(admin, eva):
    me = my_id(admin)

    for change in ({"disabled": True}, {"role": "reviewer"}):
        answer = admin.patch(f"{URL}/{me}", json=change)
        assert answer.status_code == 409
        assert "last admin" in answer.json["message"]
    assert role(admin) == "admin"


def test_one_of_two_admins_can_disable_their_own_account(admin, eva):
    me = my_id(admin)
    admin.patch(f"{URL}/{eva}", json={"role": "admin"})

    assert admin.patch(f"{URL}/{me}", json={"disabled": True}).status_code == 200
    assert role(admin) == "anybody"


def test_a_disabled_admin_does_not_count_as_another_one(admin, eva):
    admin.patch(f"{URL}/{eva}", json={"role": "admin", "disabled": True})

    assert admin.patch(f"{URL}/{my_id(admin)}", json={"role": "reviewer"}).status_code == 409


def test_disabling_ends_all_sessions_and_enabling_restores_none(admin, eva, browsers):
    admin.patch(f"{URL}/{eva}", json={"disabled": True})
    assert [role(browser) for browser in browsers] == ["anybody"] * 2
    assert browsers[0].post("/api/v1/login", json=EVA).status_code == 401

    admin.patch(f"{URL}/{eva}", json={"disabled": False})

    assert role(browsers[1]) == "anybody"
    assert browsers[0].post("/api/v1/login", json=EVA).status_code == 200


def test_a_demoted_admin_loses_admin_tokens(admin, client, eva):
    admin.patch(f"{URL}/{eva}", json={"role": "admin"})
    client.post("/api/v1/login", json=EVA)
    secret = client.post("/api/v1/tokens", json={"name": "x", "role": "admin"}).json["token"]

    admin.patch(f"{URL}/{eva}", json={"role": "reviewer"})

    headers = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/users", headers=headers).status_code == 401


def test_a_reset_password_ends_all_sessions(admin, eva, browsers):
    reset = admin.post(f"{URL}/{eva}/password", json={})

    assert [role(browser) for browser in browsers] == ["anybody"] * 2
    again = EVA | {"password": reset.json["password"]}
    assert browsers[0].post("/api/v1/login", json=again).status_code == 200


def test_changing_ones_own_password_ends_the_other_sessions_only(browsers):
    here, elsewhere = browsers

    answer = here.put("/api/v1/me/password", json={"current": PASSWORD, "new": NEW})

    assert answer.status_code == 204
    assert (role(here), role(elsewhere)) == ("reviewer", "anybody")
    assert elsewhere.post("/api/v1/login", json=EVA).status_code == 401
    assert elsewhere.post("/api/v1/login", json=EVA | {"password": NEW}).status_code == 200


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"current": "not my present one", "new": NEW}, 403),
        ({"current": PASSWORD, "new": "short"}, 422),
        ({"new": NEW}, 422),
    ],
)
def test_changing_a_password_needs_the_current_one_and_a_strong_new_one(browsers, sent, status):
    assert browsers[0].put("/api/v1/me/password", json=sent).status_code == status
    assert role(browsers[1]) == "reviewer"


def test_a_user_sees_their_own_sessions_and_the_current_one(app, eva):
    here = app.test_client()
    here.post("/api/v1/login", json=EVA, headers={"User-Agent": FIREFOX})

    (shown,) = here.get("/api/v1/sessions").json["items"]

    assert (shown["browser"], shown["is_current"]) == ("Firefox, Windows", True)


def test_a_user_ends_the_session_of_their_other_browser(browsers):
    here, elsewhere = browsers
    items = here.get("/api/v1/sessions").json["items"]
    (other,) = [item["id"] for item in items if not item["is_current"]]

    assert here.delete(f"/api/v1/sessions/{other}").status_code == 204
    assert (role(here), role(elsewhere)) == ("reviewer", "anybody")
    assert here.delete(f"/api/v1/sessions/{other}").status_code == 404


def test_a_reviewer_neither_sees_nor_ends_the_sessions_of_others(admin, browsers):
    items = admin.get("/api/v1/sessions?whose=all").json["items"]
    (admins,) = [item["id"] for item in items if item["email"] == "admin@example.org"]

    assert len(items) == 3
    assert browsers[0].get("/api/v1/sessions?whose=all").status_code == 403
    assert browsers[0].delete(f"/api/v1/sessions/{admins}").status_code == 404


def test_an_admin_ends_any_session(admin, browsers):
    items = admin.get("/api/v1/sessions?whose=all").json["items"]
    for item in items:
        if item["email"] == EVA["email"]:
            admin.delete(f"/api/v1/sessions/{item['id']}")

    assert [role(browser) for browser in browsers] == ["anybody"] * 2


def test_tokens_are_listed_without_their_secrets_and_can_be_revoked(admin, client):
    secret = admin.post("/api/v1/tokens", json={"name": "nightly", "role": "reviewer"}).json[
        "token"
    ]
    listed = admin.get("/api/v1/tokens")
    (token,) = listed.json["items"]
    assert (token["name"], token["revoked_at"]) == ("nightly", None)
    assert secret not in listed.text

    assert admin.delete(f"/api/v1/tokens/{token['id']}").status_code == 204

    headers = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/drawings", headers=headers).status_code == 401
    assert admin.delete(f"/api/v1/tokens/{token['id']}").status_code == 404


def test_the_list_has_the_last_sign_in(admin, eva, browsers):
    (shown,) = [user for user in admin.get(URL).json["items"] if user["id"] == eva]

    assert (shown["n_sessions"], shown["n_tokens"]) == (2, 0)
    assert shown["last_sign_in_at"] is not None


def test_an_unknown_account_is_not_found(admin):
    assert admin.patch(f"{URL}/99", json={"disabled": True}).status_code == 404
    assert admin.post(f"{URL}/99/password", json={}).status_code == 404


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/129.0 Safari/537.36", "Chrome, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/129.0 Safari/537.36 Edg/129.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", "Safari, iPhone"),
        ("python-requests/2.34", None),
    ],
)
def test_a_browser_gets_a_short_name(user_agent, name):
    assert browser_name(user_agent) == name
