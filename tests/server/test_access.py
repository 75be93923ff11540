"""One table says who may call what; whatever is not in it is refused."""

import re

import pytest

from core.base.kinds import Role
from server import access
from server.access import ACCESS, ADMIN, REVIEWER
from tests.support.factories import new_id

PROTECTED = [
    (rule, method, role)
    for rule, methods in ACCESS.items()
    for method, role in methods.items()
    if role in (REVIEWER, ADMIN)
]


def call(client, rule: str, method: str):
    path = re.sub(r"<int:\w+>", "1", rule)
    return client.open(path.replace("<drawing_id>", new_id()), method=method)


def test_every_route_has_a_row_and_every_row_a_route(app):
    routes = {
        (rule.rule, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    rows = {(rule, method) for rule, methods in ACCESS.items() for method in methods}

    assert rows == routes


def test_a_route_without_a_row_is_refused(app, admin, monkeypatch):
    monkeypatch.delitem(access.ACCESS, "/api/v1/stats")

    answer = admin.get("/api/v1/stats")

    assert answer.status_code == 403


@pytest.mark.parametrize(("rule", "method", "role"), PROTECTED)
def test_nobody_gets_in_without_signing_in(client, rule, method, role):
    answer = call(client, rule, method)

    assert answer.status_code == 401
    assert answer.json["error"] == "NotSignedIn"


@pytest.mark.parametrize(
    ("rule", "method"), [(rule, method) for rule, method, role in PROTECTED if role == ADMIN]
)
def test_a_reviewer_is_no_admin(reviewer, rule, method):
    answer = call(reviewer, rule, method)

    assert answer.status_code == 403
    assert answer.json["error"] == "Forbidden"


@pytest.mark.parametrize(("rule", "method", "role"), PROTECTED)
def test_whoever_has_the_role_gets_past_the_door(signed_in, rule, method, role):
    answer = call(signed_in(Role(role)), rule, method)

    assert answer.status_code not in (401, 403)


def test_an_admin_may_do_what_a_reviewer_may(admin):
    assert admin.get("/api/v1/drawings").status_code == 200


def test_head_is_as_open_as_get(client):
    assert client.head("/api/v1/stats").status_code == 200
    assert client.head("/api/v1/models").status_code == 401
