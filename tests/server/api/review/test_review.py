"""The review queue: most informative first, and each drawing with one reviewer only."""

import threading
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import select, text

from core.base.clock import utc_now
from core.base.kinds import DrawingStatus, Role
from core.drawings.lifecycle import quarantine
from core.people import contributors
from core.storage.tables import DISPUTED, OPEN_TO_REVIEW, Drawing
from server.api.review import routes as route
from tests.conftest import NOW
from tests.support.factories import make_drawing, new_id

URL = "/api/v1/review"


def some_ink(seed: int) -> bytes:
    return np.random.default_rng(seed).integers(1, 256, 784, np.uint8).tobytes()


@pytest.fixture
def seven_reader(publish):
    """A live version that reads all inks as 7."""
    publish(1, says=7)


@pytest.fixture
def ten(parts, seven_reader):
    """Ten drawings, labelled 0 to 9; the 3 is in quarantine."""
    with parts.database.write() as session:
        made = [make_drawing(session, label=label, ink=some_ink(label)) for label in range(10)]
        quarantine(session, [made[3].number])
        return [drawing.id for drawing in made]


@pytest.fixture
def two(signed_in):
    """The browsers of two reviewers."""
    return signed_in(Role.REVIEWER), signed_in(Role.ADMIN)


def ids(client, limit: int) -> list[str]:
    return [item["id"] for item in client.get(f"{URL}?limit={limit}").json["items"]]


def test_quarantined_drawings_come_first_then_those_the_model_contradicts(reviewer, ten):
    items = reviewer.get(URL).json["items"]

    assert items[0]["id"] == ten[3]
    assert [item["why"] for item in items[:5]] == ["quarantined"] + ["disagrees"] * 4
    assert items[0]["read"]["label"] == 7
    assert items[0]["contributor"] == "alice"


def test_without_a_version_quarantined_and_newest_drawings_come_first(reviewer, parts):
    with parts.database.write() as session:
        made = [make_drawing(session, label=label, ink=some_ink(label)) for label in range(3)]
        quarantine(session, [made[0].number])
        expected = [made[0].id, made[2].id, made[1].id]

    items = reviewer.get(URL).json["items"]

    assert [item["id"] for item in items] == expected
    assert items[1]["read"] is None


def test_two_reviewers_never_get_the_same_drawing(two, ten):
    ada, bob = two

    first, second = ids(ada, 6), ids(bob, 6)

    assert len(first) == 6
    assert len(second) == 4
    assert not set(first) & set(second)


def test_concurrent_reviewers_get_different_drawings(app, signed_in, ten):
    browsers = [signed_in(Role.REVIEWER), signed_in(Role.ADMIN)]
    got: list[list[str]] = [[], []]
    barrier = threading.Barrier(2)

    def ask(place: int) -> None:
        barrier.wait()
        got[place] = ids(browsers[place], 5)

    threads = [threading.Thread(target=ask, args=(place,)) for place in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(got[0]) | set(got[1])) == 10


def test_a_second_call_returns_claimed_drawings_and_more(reviewer, ten):
    first = ids(reviewer, 3)

    assert ids(reviewer, 3) == first
    assert set(first) < set(ids(reviewer, 5))


def test_a_claim_expires_after_five_minutes(two, ten, monkeypatch):
    ada, bob = two
    held = ids(ada, 10)
    now = utc_now()

    monkeypatch.setattr(route, "utc_now", lambda: now + timedelta(minutes=4, seconds=50))
    before = ids(bob, 10)
    monkeypatch.setattr(route, "utc_now", lambda: now + timedelta(minutes=5, seconds=10))
    after = ids(bob, 10)

    assert before == []
    assert sorted(after) == sorted(held)


def test_released_drawings_are_available_at_once(two, ten):
    ada, bob = two
    held = ids(ada, 10)

    assert ada.delete(URL).status_code == 204

    assert sorted(ids(bob, 10)) == sorted(held)


@pytest.mark.parametrize(
    ("sent", "label", "status"),
    [
        ({"decision": "accept"}, 3, "accepted"),
        ({"decision": "relabel", "label": 8}, 8, "accepted"),
        ({"decision": "reject"}, 3, "rejected"),
    ],
)
def test_a_decided_drawing_leaves_the_queue(reviewer, ten, sent, label, status):
    answer = reviewer.post(f"{URL}/{ten[3]}", json=sent)

    assert answer.status_code == 200
    assert (answer.json["label"], answer.json["status"]) == (label, status)
    shown = reviewer.get(URL).json
    assert ten[3] not in [item["id"] for item in shown["items"]]
    assert (shown["left"], shown["n_done"]) == ({"n": 9, "is_exact": True}, 1)


def test_decisions_update_the_totals(reviewer, client, ten):
    reviewer.post(f"{URL}/{ten[3]}", json={"decision": "relabel", "label": 8})
    reviewer.post(f"{URL}/{ten[4]}", json={"decision": "reject"})

    stats = client.get("/api/v1/stats").json

    assert stats["by_status"] == {
        "accepted": 9,
        "quarantined": 0,
        "rejected": 1,
        "deleted": 0,
    }
    assert stats["by_label"] == [1, 1, 1, 0, 1, 1, 1, 1, 2, 1]


@pytest.mark.parametrize(
    "sent",
    [
        {"decision": "relabel"},
        {"decision": "relabel", "label": 10},
        {"decision": "relabel", "label": "7"},
        {"decision": "accept", "label": 4},
        {"decision": "perhaps"},
        {},
    ],
)
def test_invalid_decisions_are_refused(reviewer, ten, sent):
    assert reviewer.post(f"{URL}/{ten[3]}", json=sent).status_code == 422


def test_a_drawing_claimed_by_another_reviewer_cannot_be_decided(two, ten):
    ada, bob = two
    (held,) = ids(ada, 1)

    answer = bob.post(f"{URL}/{held}", json={"decision": "accept"})

    assert answer.status_code == 409
    assert "another reviewer" in answer.json["message"]
    assert ada.post(f"{URL}/{held}", json={"decision": "accept"}).status_code == 200


def test_a_decided_drawing_cannot_be_decided_again(two, ten):
    ada, bob = two
    ada.post(f"{URL}/{ten[5]}", json={"decision": "reject"})

    answer = bob.post(f"{URL}/{ten[5]}", json={"decision": "accept"})

    assert answer.status_code == 409


def test_undo_restores_label_status_and_claim(reviewer, ten):
    reviewer.post(f"{URL}/{ten[3]}", json={"decision": "relabel", "label": 8})

    answer = reviewer.post(f"{URL}/{ten[3]}/undo")

    assert (answer.json["label"], answer.json["status"]) == (3, "quarantined")
    shown = reviewer.get(URL).json
    assert shown["items"][0]["id"] == ten[3]
    assert shown["n_done"] == 0


def test_another_reviewers_decision_cannot_be_undone(two, ten):
    ada, bob = two
    ada.post(f"{URL}/{ten[3]}", json={"decision": "reject"})

    assert bob.post(f"{URL}/{ten[3]}/undo").status_code == 409


def test_a_decision_on_a_drawing_changed_since_cannot_be_undone(reviewer, ten):
    reviewer.post(f"{URL}/{ten[3]}", json={"decision": "reject"})
    reviewer.patch(f"/api/v1/drawings/{ten[3]}", json={"label": 5})

    assert reviewer.post(f"{URL}/{ten[3]}/undo").status_code == 409


def test_a_drawing_that_does_not_exist_is_not_found(reviewer):
    answer = reviewer.post(f"{URL}/{new_id()}", json={"decision": "accept"})

    assert answer.status_code == 404


def test_a_blocked_contributors_drawings_are_not_in_the_queue(reviewer, parts, ten):
    with parts.database.write() as session:
        contributors.block(session, 1, reason="scribbles", by="user:1", now=NOW)

    shown = reviewer.get(URL).json

    assert (shown["items"], shown["left"]["n"]) == ([], 0)


def test_an_empty_queue_is_refreshed(reviewer, parts, ten):
    ids(reviewer, 10)
    with parts.database.write() as session:
        late = make_drawing(session, label=1, ink=some_ink(99)).id

    assert late in ids(reviewer, 20)


def test_relabelling_a_quarantined_drawing_with_its_own_label_accepts_it(reviewer, ten):
    answer = reviewer.patch(f"/api/v1/drawings/{ten[3]}", json={"label": 3})

    assert answer.json["status"] == "accepted"


def test_each_decision_is_logged(admin, ten):
    admin.post(f"{URL}/{ten[3]}", json={"decision": "relabel", "label": 8})
    admin.post(f"{URL}/{ten[3]}/undo")

    events = admin.get(f"/api/v1/audit?subject=drawing:{ten[3]}").json["items"]

    assert [event["action"] for event in events] == ["undo_review", "review"]
    assert events[1]["facts"] == {"decision": "relabel", "label_before": 3, "label": 8}


def test_a_rejected_drawing_is_listed_as_rejected(reviewer, parts, ten):
    reviewer.post(f"{URL}/{ten[5]}", json={"decision": "reject"})

    listed = reviewer.get("/api/v1/drawings?status=rejected").json["items"]

    assert [item["status"] for item in listed] == [DrawingStatus.REJECTED]


@pytest.mark.parametrize(
    ("condition", "index"),
    [(OPEN_TO_REVIEW, "ix_drawings_unreviewed"), (DISPUTED, "ix_drawings_disputed")],
)
def test_the_queue_uses_its_index_and_does_not_sort(parts, condition, index):
    newest = select(Drawing.number).where(text(condition)).order_by(Drawing.number.desc())

    with parts.database.read() as session:
        rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {newest}").all()

    (plan,) = [row[3] for row in rows]
    assert plan.startswith("SCAN drawings USING")
    assert plan.endswith(index)
