"""API tokens, which programs send instead of a session cookie."""

import pytest
from sqlalchemy import update

from core.base.clock import utc_now
from core.storage.tables import ApiToken
from tests.server.shapes import drawing


@pytest.fixture
def bearer(admin):
    """Return headers with a new reviewer token."""
    answer = admin.post("/api/v1/tokens", json={"name": "nightly export", "role": "reviewer"})
    assert answer.status_code == 201
    return {"Authorization": f"Bearer {answer.json['token']}"}


def test_a_token_has_its_own_role(client, bearer):
    assert client.get("/api/v1/drawings", headers=bearer).status_code == 200
    assert client.get("/api/v1/models", headers=bearer).status_code == 403


@pytest.mark.parametrize("value", ["Bearer inkloop_made-up", "Bearer", "Basic YTpi"])
def test_an_unknown_token_is_refused(client, value):
    answer = client.get("/api/v1/drawings", headers={"Authorization": value})

    assert answer.status_code == 401


def test_a_revoked_token_is_refused(client, bearer, parts):
    with parts.database.write() as session:
        session.execute(update(ApiToken).values(revoked_at=utc_now()))

    assert client.get("/api/v1/drawings", headers=bearer).status_code == 401


def test_a_token_is_one_contributor_without_a_cookie(client, bearer):
    first = client.post("/api/v1/drawings", json=drawing(), headers=bearer)
    client.post("/api/v1/drawings", json=drawing(), headers=bearer)

    assert "Set-Cookie" not in first.headers
    mine = client.get("/api/v1/drawings/mine", headers=bearer)
    assert mine.json["counts"]["total"] == 2
