"""Another contributor's objects are not found, through every route that takes an id."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from core.base.kinds import Role
from server.roles import ANYBODY
from tests.server.access_table import ROWS
from tests.server.shapes import drawing

# Valid bodies, so that only the owner's check can refuse the request.
BODIES: dict[str, Any] = {"PATCH": {"label": 1}}
OPEN_TO_ANYBODY = [
    (row.rule, row.method) for row in ROWS if row.role == ANYBODY and "<" in row.rule
]
OF_DRAWINGS = [(rule, method) for rule, method in OPEN_TO_ANYBODY if "<drawing_id>" in rule]
# Files of the pages and runs belong to no contributor.
OF_ALL = {"/admin/<path:view>", "/assets/<path:name>", "/<name>", "/api/docs/<path:name>"} | {
    "/api/v1/runs/<int:run_id>"
}


def state(client) -> Any:
    """Return all that a contributor sees of their own data."""
    items = client.get("/api/v1/drawings/mine").json["items"]
    return items, client.get("/api/v1/me/data").json


def call(client, rule: str, method: str, drawing_id: str, headers=None):
    path = re.sub(r"<drawing_id>", drawing_id, rule)
    return client.open(path, method=method, json=BODIES.get(method), headers=headers)


@pytest.fixture
def hers(client) -> str:
    """A drawing of Alice's."""
    return client.post("/api/v1/drawings", json=drawing()).json["id"]


def test_every_public_route_with_an_id_is_about_drawings_or_public_data() -> None:
    """A new route must be added to one of the two lists, so that the tests below cover it."""
    assert {rule for rule, _ in OPEN_TO_ANYBODY} - {rule for rule, _ in OF_DRAWINGS} == OF_ALL


@pytest.mark.parametrize("deleted", [False, True], ids=["kept", "just deleted"])
@pytest.mark.parametrize(("rule", "method"), OF_DRAWINGS)
@pytest.mark.parametrize("who", ["a new browser", "another contributor"])
def test_another_contributors_drawing_is_neither_read_nor_changed(
    app, client, hers, rule, method, who, deleted
):
    if deleted:
        client.delete(f"/api/v1/drawings/{hers}")
    before = state(client)
    bob = app.test_client()
    if who == "another contributor":
        bob.post("/api/v1/drawings", json=drawing())

    answer = call(bob, rule, method, hers)

    assert (answer.status_code, answer.json["error"]) == (404, "NotFound")
    assert state(client) == before


@pytest.mark.parametrize(("rule", "method"), OF_DRAWINGS)
def test_the_owner_is_not_refused(client, hers, rule, method):
    """Shows that the refusals above come from the owner's check."""
    if rule.endswith("/restore"):
        client.delete(f"/api/v1/drawings/{hers}")

    assert call(client, rule, method, hers).status_code in (200, 204)


def test_another_contributors_id_cannot_be_taken_over(app, client, hers):
    before = state(client)

    answer = app.test_client().post("/api/v1/drawings", json=drawing(id=hers, label=1))

    assert (answer.status_code, answer.json["error"]) == (409, "Conflict")
    assert state(client) == before


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", "/api/v1/me/data", None),
        ("GET", "/api/v1/me/data.zip", None),
        ("DELETE", "/api/v1/me/links", None),
        ("POST", "/api/v1/me/links", None),
        ("PUT", "/api/v1/me/consent", {"wording": 1}),
        ("POST", "/api/v1/me/join/preview", {"token": "x" * 32}),
        ("POST", "/api/v1/me/join", {"token": "x" * 32}),
    ],
)
def test_changes_to_own_data_leave_others_data_unchanged(app, client, hers, method, path, body):
    token = client.post("/api/v1/me/links").json["token"]
    before = state(client)
    bob = app.test_client()
    bob.post("/api/v1/drawings", json=drawing())

    bob.open(path, method=method, json=body)

    assert state(client) == before
    carried = app.test_client().post("/api/v1/me/join/preview", json={"token": token})
    assert carried.json["n_there"] == 1


def test_another_contributor_cannot_restore_deleted_drawings(app, client, hers):
    deleted_at = client.delete("/api/v1/me/data").json["deleted_at"]
    bob = app.test_client()
    bob.post("/api/v1/drawings", json=drawing())

    answer = bob.post("/api/v1/me/data/restore", json={"deleted_at": deleted_at})

    assert answer.status_code == 409
    assert state(client)[0] == []


@pytest.mark.parametrize("path", ["/api/v1/me/links", "/api/v1/me/join"])
def test_a_token_cannot_use_links(client, admin, path):
    token = admin.post("/api/v1/tokens", json={"name": "x", "role": "reviewer"}).json["token"]
    link = client.post("/api/v1/me/links").json["token"]

    answer = app_call(client, path, link, {"Authorization": f"Bearer {token}"})

    assert answer.status_code == 403


def app_call(client, path: str, link: str, headers: dict[str, str]):
    body = {"token": link} if path.endswith("join") else None
    return client.post(path, json=body, headers=headers)


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ADMIN])
def test_a_tokens_role_is_not_its_creators(client, admin, role):
    token = admin.post("/api/v1/tokens", json={"name": "x", "role": role}).json["token"]
    headers = {"Authorization": f"Bearer {token}"}

    users = client.get("/api/v1/users", headers=headers).status_code

    assert client.get("/api/v1/drawings", headers=headers).status_code == 200
    assert users == (200 if role is Role.ADMIN else 403)


def test_a_token_takes_precedence_over_a_session(admin):
    """A program's role is that of its token, even if it also sends cookies."""
    token = admin.post("/api/v1/tokens", json={"name": "x", "role": "reviewer"}).json["token"]

    answer = admin.get("/api/v1/users", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 403


@pytest.mark.parametrize("given", ["token-1", "", "0" * 32, str(uuid.UUID(int=7))])
def test_a_contributors_id_without_its_signature_is_ignored(app, client, hers, given):
    contributor = given or client.get("/api/v1/me").json["contributor"]
    eve = app.test_client()
    eve.set_cookie("inkloop_contributor", contributor)

    assert eve.get("/api/v1/drawings/mine").json["items"] == []
