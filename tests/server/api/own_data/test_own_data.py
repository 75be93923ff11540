"""A contributor's own data: show, download, delete, share with another browser."""

from __future__ import annotations

import io
import json
import logging
import zipfile
from datetime import timedelta

import pytest
import structlog
from sqlalchemy import select

from core.base.clock import utc_now
from core.own_data import links
from core.storage.tables import CarryLink, Consent, Contributor, Drawing
from server.api.own_data.schemas import DeletedOut, JoinOut, KeptOut, LinkOut, RestoredOut
from tests.server.shapes import drawing
from tests.support.factories import make_version

ADDRESS = "203.0.113.77"


def draw(client, n: int = 1, **changed):
    return [client.post("/api/v1/drawings", json=drawing(**changed)).json for _ in range(n)]


def mine(client) -> list[str]:
    return [one["id"] for one in client.get("/api/v1/drawings/mine").json["items"]]


@pytest.fixture
def bob(app):
    """Another browser without drawings."""
    client = app.test_client()
    client.get("/api/v1/me")
    return client


def test_stored_data_is_shown(client):
    draw(client, 3)

    shown = KeptOut.model_validate_json(client.get("/api/v1/me/data").data)

    assert (shown.n_drawings, shown.n_with_strokes, shown.n_pictures) == (3, 3, 0)
    assert shown.versions == []
    assert shown.retention_days == 0


def test_the_first_view_of_the_notice_is_recorded_once(client, parts):
    client.put("/api/v1/me/consent", json={"wording": 1})
    first = client.get("/api/v1/me/data").json["consented_at"]
    client.put("/api/v1/me/consent", json={"wording": 1})

    assert first is not None
    assert client.get("/api/v1/me/data").json["consented_at"] == first
    with parts.database.read() as session:
        assert len(session.scalars(select(Consent)).all()) == 1


def test_the_download_contains_all_drawings(client):
    (made,) = draw(client, label=7)

    answer = client.get("/api/v1/me/data.zip")

    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        (told,) = json.loads(archive.read("drawings.json"))
        png = archive.read(told["ink"])
    assert (told["id"], told["label"]) == (made["id"], 7)
    assert told["strokes"]
    assert told["labels"][0]["by"] == "you"
    assert png.startswith(b"\x89PNG")


def test_the_download_contains_only_own_drawings(client, bob):
    draw(client)

    with zipfile.ZipFile(io.BytesIO(bob.get("/api/v1/me/data.zip").data)) as archive:
        assert archive.namelist() == ["drawings.json"]
        assert json.loads(archive.read("drawings.json")) == []


def test_all_drawings_are_deleted_and_restored_within_a_minute(client, admin):
    draw(client, 3)

    deleted = client.delete("/api/v1/me/data")
    gone = (mine(client), admin.get("/api/v1/stats").json["n_drawings"])
    back = client.post("/api/v1/me/data/restore", json={"deleted_at": deleted.json["deleted_at"]})

    assert DeletedOut.model_validate_json(deleted.data).n_drawings == 3
    assert gone == ([], 0)
    assert RestoredOut.model_validate_json(back.data).n_drawings == 3
    assert len(mine(client)) == 3
    stats = admin.get("/api/v1/stats").json
    assert (stats["n_drawings"], stats["by_status"]["deleted"]) == (3, 0)


def test_restoring_all_leaves_earlier_deletions(client):
    first, *_ = draw(client, 2)
    client.delete(f"/api/v1/drawings/{first['id']}")
    deleted = client.delete("/api/v1/me/data").json["deleted_at"]

    client.post("/api/v1/me/data/restore", json={"deleted_at": deleted})

    assert first["id"] not in mine(client)
    assert len(mine(client)) == 1


def test_nothing_is_restored_after_a_minute(client, parts):
    draw(client)
    (number,) = _numbers(parts)
    client.delete("/api/v1/me/data")
    long_ago = utc_now() - timedelta(seconds=61)
    with parts.database.write() as session:
        session.get_one(Drawing, number).deleted_at = long_ago

    answer = client.post("/api/v1/me/data/restore", json={"deleted_at": long_ago.isoformat()})

    assert (answer.status_code, answer.json["error"]) == (410, "Gone")


def _numbers(parts) -> list[int]:
    with parts.database.read() as session:
        return list(session.scalars(select(Drawing.number)))


@pytest.mark.parametrize("moment", ["yesterday", "2026-01-01T00:00:00", ""])
def test_an_invalid_moment_is_refused(client, moment):
    answer = client.post("/api/v1/me/data/restore", json={"deleted_at": moment})

    assert answer.status_code == 422


def test_deleting_without_drawings_is_a_conflict(bob):
    assert bob.delete("/api/v1/me/data").status_code == 409


def test_the_versions_that_trained_on_the_drawings_are_named(client, parts):
    draw(client)
    (number,) = _numbers(parts)
    from core.storage.tables import Run, RunDrawing

    with parts.database.write() as session:
        run = Run(
            status="promoted", requested_by="schedule", is_forced=False, queued_at=utc_now(),
            n_attempts=1, seed=1,
        )  # fmt: skip
        session.add(run)
        session.flush()
        make_version(session, 4).run_id = run.id
        session.add(RunDrawing(run_id=run.id, drawing_number=number, label=7, is_new=True))

    assert client.delete("/api/v1/me/data").json["versions"] == [4]


def test_a_link_shares_the_drawings_with_another_browser(client, bob, parts):
    theirs = [one["id"] for one in draw(client, 3)]
    own = [one["id"] for one in draw(bob, 2)]
    link = client.post("/api/v1/me/links")

    preview = bob.post("/api/v1/me/join/preview", json={"token": link.json["token"]})
    joined = bob.post("/api/v1/me/join", json={"token": link.json["token"]})

    LinkOut.model_validate_json(link.data)
    assert JoinOut.model_validate_json(preview.data) == JoinOut(n_there=3, n_here=2)
    assert joined.status_code == 200
    assert sorted(mine(bob)) == sorted(theirs + own)
    assert sorted(mine(client)) == sorted(theirs + own)
    with parts.database.read() as session:
        counts = list(session.scalars(select(Contributor.n_drawings).order_by(Contributor.number)))
    assert counts == [5, 0]


def test_previewing_a_link_does_not_use_it(client, bob):
    token = client.post("/api/v1/me/links").json["token"]
    for _ in range(3):
        assert bob.post("/api/v1/me/join/preview", json={"token": token}).status_code == 200

    assert bob.post("/api/v1/me/join", json={"token": token}).status_code == 200


def test_a_link_works_once(app, client, bob):
    token = client.post("/api/v1/me/links").json["token"]
    bob.post("/api/v1/me/join", json={"token": token})
    eve = app.test_client()
    eve.get("/api/v1/me")

    answer = eve.post("/api/v1/me/join", json={"token": token})

    assert (answer.status_code, answer.json["error"]) == (410, "Gone")


def test_an_expired_link_is_gone(client, bob, parts):
    token = client.post("/api/v1/me/links").json["token"]
    with parts.database.write() as session:
        session.scalars(select(CarryLink)).one().expires_at = utc_now() - timedelta(seconds=1)

    assert bob.post("/api/v1/me/join", json={"token": token}).status_code == 410


@pytest.mark.parametrize("how", ["revoked", "replaced"])
def test_a_revoked_link_is_refused(client, bob, how):
    token = client.post("/api/v1/me/links").json["token"]
    if how == "revoked":
        client.delete("/api/v1/me/links")
    else:
        client.post("/api/v1/me/links")

    assert bob.post("/api/v1/me/join", json={"token": token}).status_code == 410


def test_joining_ones_own_link_is_a_conflict(client):
    draw(client)
    token = client.post("/api/v1/me/links").json["token"]

    assert client.post("/api/v1/me/join", json={"token": token}).status_code == 409
    assert len(mine(client)) == 1


def test_an_unknown_link_is_refused(bob):
    answer = bob.post("/api/v1/me/join", json={"token": "a" * 32})

    assert answer.status_code == 410


def test_the_database_keeps_only_the_hash_of_a_link(client, parts):
    token = client.post("/api/v1/me/links").json["token"]

    assert token not in _dump(parts)


def test_a_blocked_contributors_drawings_cannot_be_joined(client, bob, parts):
    draw(client)
    draw(bob)
    with parts.database.write() as session:
        for row in session.scalars(select(Contributor)):
            row.blocked_at = utc_now() if row.number == 2 else None
    token = client.post("/api/v1/me/links").json["token"]

    answer = bob.post("/api/v1/me/join", json={"token": token})

    assert answer.status_code == 403
    assert len(mine(client)) == 1


def test_a_drawing_sent_before_and_after_the_join_is_stored_once(client, bob):
    draw(client)
    body = drawing()
    bob.post("/api/v1/drawings", json=body)
    token = client.post("/api/v1/me/links").json["token"]
    bob.post("/api/v1/me/join", json={"token": token})

    assert bob.post("/api/v1/drawings", json=body).status_code == 200
    assert len(mine(client)) == 2


def test_another_site_cannot_make_a_browser_join(client, bob):
    token = client.post("/api/v1/me/links").json["token"]

    answer = bob.post(
        "/api/v1/me/join", json={"token": token}, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert answer.status_code == 403


def _dump(parts) -> str:
    """Return the contents of both databases as text."""
    texts = []
    for begin in (parts.database._read_engine, parts.shared_state._engine):
        with begin.connect() as connection:
            names = connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            ).scalars()
            for name in names.all():
                rows = connection.exec_driver_sql(f"SELECT * FROM {name}")  # noqa: S608
                texts += [repr(tuple(row)) for row in rows]
    return "\n".join(texts)


def test_no_network_address_is_stored(client, parts, capfd, caplog):
    """All requests come from a known address, which is found in no table and no log line."""
    parts.limits.is_on = True
    where = {"REMOTE_ADDR": ADDRESS}
    structlog.get_logger().info("a line, so that there is a log")
    caplog.set_level(logging.DEBUG)

    client.get("/api/v1/me", environ_overrides=where)
    client.put("/api/v1/me/consent", json={"wording": 1}, environ_overrides=where)
    made = client.post("/api/v1/drawings", json=drawing(), environ_overrides=where).json
    client.patch(f"/api/v1/drawings/{made['id']}", json={"label": 3}, environ_overrides=where)
    token = client.post("/api/v1/me/links", environ_overrides=where).json["token"]
    client.post("/api/v1/me/join", json={"token": token}, environ_overrides=where)
    client.delete("/api/v1/me/data", environ_overrides=where)
    client.post("/api/v1/login", json={"email": "a@b.c", "password": "x"}, environ_overrides=where)

    logged = "".join(capfd.readouterr()) + caplog.text
    assert "a line, so that there is a log" in logged
    assert ADDRESS not in logged
    assert ADDRESS not in _dump(parts)
    assert made["id"] in _dump(parts)


def test_a_link_is_valid_for_at_most_15_minutes():
    assert links.LINK_LASTS <= timedelta(minutes=15)
