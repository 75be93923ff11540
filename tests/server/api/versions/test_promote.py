"""Promotion by an admin: files are verified, and it is done when every worker serves it."""

import pytest
from sqlalchemy import select

from core.base.clock import utc_now
from core.storage.tables import AuditEvent, Promotion
from core.versions.lifecycle import anchor_version
from server.serving import rollout
from tests.support.stored import version_file

REASON = {"reason": "version 2 reads sevens badly"}


@pytest.fixture
def lagging_worker(parts, monkeypatch):
    """Another worker that still serves version 1."""
    with monkeypatch.context() as patched:
        patched.setattr("core.storage.shared_state.os.getpid", lambda: 4242)
        parts.shared_state.report_worker(1, None, now=utc_now())
    monkeypatch.setattr(rollout, "PATIENCE_SECONDS", 0.2)


def test_a_version_is_promoted(admin, publish):
    publish(1, says=7)
    publish(2, says=3, is_live=False)

    answer = admin.post("/api/v1/models/2/promote", json=REASON)

    assert answer.status_code == 200
    assert answer.json == {"version": 2, "previous_version": 1}
    assert admin.get("/api/v1/models/champion").json["version"] == 2


def test_reason_and_user_are_logged(admin, parts, publish):
    publish(1, says=7)
    publish(2, says=3, is_live=False)

    admin.post("/api/v1/models/2/promote", json=REASON)

    with parts.database.read() as session:
        promotion = session.scalars(select(Promotion).order_by(Promotion.id.desc())).first()
        actions = session.scalars(select(AuditEvent.action)).all()
    assert (promotion.kind, promotion.reason, promotion.by) == (
        "promote",
        REASON["reason"],
        "user:1",
    )
    assert "promote" in actions


def test_rollback_returns_to_the_previous_version(admin, publish):
    publish(1, says=7)
    publish(2, says=3)

    answer = admin.post("/api/v1/models/rollback", json=REASON)

    assert answer.status_code == 200
    assert answer.json == {"version": 1, "previous_version": 2}


def test_the_first_version_cannot_be_rolled_back(admin, publish):
    publish(1, says=7)

    assert admin.post("/api/v1/models/rollback", json=REASON).status_code == 409


def test_an_unknown_version_cannot_be_promoted(admin, publish):
    publish(1, says=7)

    assert admin.post("/api/v1/models/9/promote", json=REASON).status_code == 404


def test_the_live_version_cannot_be_promoted_again(admin, publish):
    publish(1, says=7)

    assert admin.post("/api/v1/models/1/promote", json=REASON).status_code == 409


@pytest.mark.parametrize("path", ["2/promote", "rollback"])
def test_a_damaged_version_is_refused_and_changes_nothing(admin, parts, publish, path):
    publish(2, says=3)
    publish(1, says=7)
    version_file(parts.store, 2, "model.onnx").write_bytes(b"cut")

    answer = admin.post(f"/api/v1/models/{path}", json=REASON)

    assert answer.status_code == 409
    assert answer.json["error"] == "ModelFileError"
    assert admin.get("/api/v1/models/champion").json["version"] == 1


def test_a_lagging_worker_is_named_after_the_timeout(admin, publish, lagging_worker):
    publish(1, says=7)
    publish(2, says=3, is_live=False)

    answer = admin.post("/api/v1/models/2/promote", json=REASON)

    assert answer.status_code == 504
    assert "worker 4242 serves version 1" in answer.json["message"]


def test_a_reason_is_required(admin, publish):
    publish(1, says=7)

    assert admin.post("/api/v1/models/1/promote", json={}).status_code == 422


def test_an_admin_moves_the_anchor(admin, parts, publish):
    publish(1, says=7)

    answer = admin.post("/api/v1/models/1/anchor", json=REASON)

    assert answer.status_code == 200
    with parts.database.read() as session:
        assert anchor_version(session) == 1
    assert admin.get("/api/v1/models/1").json["is_anchor"] is True
