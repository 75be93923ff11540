"""Contributors: lists, blocking, and erasing their drawings."""

import numpy as np
import pytest
from sqlalchemy import select

from core.drawings import queries as drawing_queries
from core.drawings.lifecycle import quarantine
from core.storage.tables import Drawing, Run, RunDrawing
from tests.conftest import NOW
from tests.server.shapes import drawing
from tests.support.factories import make_drawing, make_version

URL = "/api/v1/contributors"
INK = np.full(784, 200, np.uint8).tobytes()


@pytest.fixture
def alice_and_bob(parts, publish):
    """Alice (number 1) drew ten digits, all read as 7; Bob (number 2) drew a 1."""
    publish(1, says=7)
    with parts.database.write() as session:
        for label in range(10):
            made = make_drawing(
                session, label=label, ink=INK, predicted_label=7, predicted_version=1
            )
        quarantine(session, [made.number])
        make_drawing(session, contributor="bob", label=1, ink=INK)


@pytest.fixture
def version_2(parts, alice_and_bob):
    """A version that trained on Alice's first drawing."""
    with parts.database.write() as session:
        run = Run(status="held", requested_by="command", is_forced=True, queued_at=NOW, seed=1)
        session.add(run)
        session.flush()
        make_version(session, 2, is_live=False).run_id = run.id
        session.add(RunDrawing(run_id=run.id, drawing_number=1, label=0, is_new=True))


def send(client, what: str, reason: str = "scribbles"):
    return client.post(f"{URL}/{what}", json={"reason": reason})


def test_contributors_are_listed_with_counts_newest_first(admin, alice_and_bob):
    bob, alice = admin.get(URL).json["items"]

    assert (bob["number"], bob["n"], bob["n_read"]) == (2, 1, 0)
    assert {name: alice[name] for name in ("n", "n_exam", "n_quarantined", "n_agreed")} == {
        "n": 10,
        "n_exam": 2,
        "n_quarantined": 1,
        "n_agreed": 1,
    }
    assert alice["by_label"] == [1] * 10


@pytest.mark.parametrize(("sort", "numbers"), [("newest", [3, 2, 1]), ("most", [1, 3, 2])])
def test_the_list_is_paged(admin, parts, alice_and_bob, sort, numbers):
    with parts.database.write() as session:
        make_drawing(session, contributor="carol", ink=INK)

    found: list[int] = []
    after = None
    while after is not None or not found:
        rest = "" if after is None else f"&after={after}"
        page = admin.get(f"{URL}?sort={sort}&limit=1{rest}").json
        found += [item["number"] for item in page["items"]]
        after = page["next"]

    assert found == numbers


def test_no_address_of_a_contributor_is_shown(admin, alice_and_bob):
    shown = admin.get(f"{URL}/1").json

    assert not {"email", "address", "ip", "name"} & shown.keys()


def test_a_blocked_contributor_cannot_store_drawings(admin, client, parts):
    client.post("/api/v1/drawings", json=drawing())

    blocked = send(admin, "1/block")
    refused = client.post("/api/v1/drawings", json=drawing())

    assert blocked.json["blocked_at"] is not None
    assert refused.status_code == 403
    assert "no longer accepted: ask an administrator" in refused.json["message"]
    assert client.get("/api/v1/drawings/mine").json["counts"]["total"] == 1


def test_a_blocked_contributor_cannot_relabel_but_may_delete(admin, client):
    made = client.post("/api/v1/drawings", json=drawing()).json["id"]
    send(admin, "1/block")

    assert client.patch(f"/api/v1/drawings/{made}", json={"label": 5}).status_code == 403
    assert client.delete(f"/api/v1/drawings/{made}").status_code == 204


def test_a_blocked_contributors_drawings_are_not_new_until_unblocked(admin, parts, alice_and_bob):
    def n_new() -> int:
        with parts.database.read() as session:
            return drawing_queries.n_new(session)

    before = n_new()
    send(admin, "1/block")
    while_blocked = n_new()
    send(admin, "1/unblock", "it was the little brother")

    assert while_blocked < before == n_new()


def test_blocking_twice_is_a_conflict(admin, alice_and_bob):
    send(admin, "1/block")

    assert send(admin, "1/block").status_code == 409
    assert send(admin, "2/unblock").status_code == 409
    assert [item["number"] for item in admin.get(f"{URL}?blocked=true").json["items"]] == [1]


def test_the_preview_lists_what_erasing_affects_and_erases_nothing(admin, version_2):
    shown = admin.get(f"{URL}/1/erasure").json

    assert shown == {"n_drawings": 10, "versions": [2], "live_version": 1}
    assert admin.get(f"{URL}/1").json["n"] == 10


def test_erasing_removes_ink_and_strokes_and_keeps_the_lineage(admin, parts, version_2):
    answer = admin.post(f"{URL}/1/erasure")

    assert answer.json == {"n_drawings": 10, "versions": [2], "live_version": 1}
    with parts.database.read() as session:
        theirs = session.scalars(select(Drawing).where(Drawing.contributor_id == "alice")).all()
        assert {(row.status, row.ink, row.strokes) for row in theirs} == {("deleted", b"", None)}
        assert len(session.scalars(select(RunDrawing)).all()) == 1


def test_erasing_keeps_others_drawings_and_correct_totals(admin, client, alice_and_bob):
    admin.post(f"{URL}/1/erasure")

    stats = client.get("/api/v1/stats").json
    assert stats["n_drawings"] == 1
    assert stats["by_label"] == [0, 1, *[0] * 8]
    assert stats["by_status"]["deleted"] == 10
    assert admin.get(f"{URL}/2").json["n"] == 1


def test_an_erased_drawing_sent_again_is_gone_and_erasing_twice_is_refused(admin, client):
    sent = drawing()
    client.post("/api/v1/drawings", json=sent)
    admin.post(f"{URL}/1/erasure")

    assert client.post("/api/v1/drawings", json=sent).status_code == 410
    assert admin.post(f"{URL}/1/erasure").status_code == 409


def test_an_unknown_contributor_is_not_found(admin):
    for path in ("9", "9/erasure"):
        assert admin.get(f"{URL}/{path}").status_code == 404
    assert send(admin, "9/block").status_code == 404
