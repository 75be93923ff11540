"""Each route declares its role; the declared roles are those of the committed table."""

import re

import pytest

from core.base.kinds import Role
from server.access import ROLE_ATTRIBUTE, access_table
from server.roles import ADMIN, REVIEWER
from tests.server.access_table import ROWS, Row
from tests.support.factories import new_id

PROTECTED = [(row.rule, row.method, row.role) for row in ROWS if row.role in (REVIEWER, ADMIN)]


def call(client, rule: str, method: str):
    path = re.sub(r"<int:\w+>", "1", rule)
    return client.open(path.replace("<drawing_id>", new_id()), method=method)


def test_the_roles_of_all_routes_are_as_committed(app):
    """After a change on purpose, change the lines of docs/access.txt that differ here."""
    declared = [Row(str(role), method, rule) for rule, method, role in access_table(app)]

    assert sorted(declared) == sorted(ROWS)


def test_a_route_without_a_role_is_refused(app, admin, monkeypatch):
    monkeypatch.delattr(app.view_functions["stats.stats"], ROLE_ATTRIBUTE)

    answer = admin.get("/api/v1/stats")

    assert answer.status_code == 403


def test_a_route_without_a_role_differs_from_the_table(app, monkeypatch):
    monkeypatch.delattr(app.view_functions["stats.stats"], ROLE_ATTRIBUTE)

    assert ("/api/v1/stats", "GET", None) in list(access_table(app))


@pytest.mark.parametrize(("rule", "method", "role"), PROTECTED)
def test_a_client_that_is_not_signed_in_is_refused(client, rule, method, role):
    answer = call(client, rule, method)

    assert answer.status_code == 401
    assert answer.json["error"] == "NotSignedIn"


@pytest.mark.parametrize(
    ("rule", "method"), [(rule, method) for rule, method, role in PROTECTED if role == ADMIN]
)
def test_a_reviewer_is_refused_on_admin_routes(reviewer, rule, method):
    answer = call(reviewer, rule, method)

    assert answer.status_code == 403
    assert answer.json["error"] == "Forbidden"


@pytest.mark.parametrize(("rule", "method", "role"), PROTECTED)
def test_a_user_with_the_role_passes_the_access_check(signed_in, rule, method, role):
    answer = call(signed_in(Role(role)), rule, method)

    assert answer.status_code not in (401, 403)


def test_an_admin_may_call_reviewer_routes(admin):
    assert admin.get("/api/v1/drawings").status_code == 200


def test_head_needs_the_same_role_as_get(client):
    assert client.head("/api/v1/stats").status_code == 200
    assert client.head("/api/v1/models").status_code == 401
