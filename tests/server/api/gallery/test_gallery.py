"""The gallery: filters and orders, bulk changes, and one drawing's history."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, select

from core.base.kinds import RunStatus
from core.storage.tables import Drawing, Run, RunDrawing
from tests.conftest import NOW
from tests.server.shapes import SEVEN
from tests.support.factories import make_drawing, make_version, new_id
from tests.support.stored import version_file

URL = "/api/v1/drawings"
DAY = timedelta(days=1)


@pytest.fixture
def four(parts, publish):
    """A confident 7 read as 7, a 1 as 7, an unread 3, and three days later an unsure 7 as 1."""
    publish(1, says=7)
    with parts.database.write() as session:
        made = [
            make_drawing(session, label=7, predicted_label=7, predicted_version=1),
            make_drawing(session, label=1, predicted_label=7, predicted_version=1),
            make_drawing(session, label=3),
            make_drawing(
                session, label=7, predicted_label=1, predicted_version=1, now=NOW + 3 * DAY
            ),
        ]
        for drawing, confidence in zip(made, (0.995, 0.8, None, 0.4), strict=True):
            drawing.confidence = confidence
        return [drawing.id for drawing in made]


def ids(client, query: str) -> list[str]:
    return [item["id"] for item in client.get(f"{URL}?{query}").json["items"]]


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("predicted=7", [1, 0]),
        ("confidence=above_99", [0]),
        ("confidence=unknown", [2]),
        ("since=2026-03-15", [3]),
        ("until=2026-03-14", [2, 1, 0]),
        ("since=2026-03-14&until=2026-03-17&disagrees=true", [3, 1]),
        ("sort=oldest", [0, 1, 2, 3]),
        ("sort=least_sure", [3, 1, 0]),
        ("sort=most_sure&disagrees=true", [1, 3]),
        ("sort=least_sure&contributor=alice&until=2026-03-14", [1, 0]),
        ("version=1", []),
    ],
)
def test_filters_and_orders(reviewer, four, query, places):
    assert ids(reviewer, query) == [four[place] for place in places]


@pytest.mark.parametrize(
    "query",
    ["since=yesterday", "since=1700000000", "until=9999-12-31", "confidence=high", "version=0"]
    + ["sort=random", "predicted=10", "after=bmFuLzE", "after=LTEvMQ", "after=%25"],
)
def test_invalid_filters_are_refused(reviewer, query):
    answer = reviewer.get(f"{URL}?{query}")

    assert answer.status_code == 422


@pytest.mark.parametrize("sort", ["newest", "oldest", "least_sure", "most_sure"])
def test_paging_is_stable_while_drawings_arrive(reviewer, four, parts, sort):
    whole = ids(reviewer, f"sort={sort}")
    first = reviewer.get(f"{URL}?limit=1&sort={sort}").json
    with parts.database.write() as session:
        late = make_drawing(session, now=NOW + 9 * DAY).id

    rest = ids(reviewer, f"sort={sort}&after={first['next']}")

    assert [first["items"][0]["id"]] + [one for one in rest if one != late] == whole


def test_the_summary_counts_matches_of_every_filter_value(reviewer, four):
    found = reviewer.get(f"{URL}/summary?label=7").json

    assert (found["n"], found["is_exact"]) == (2, True)
    assert found["by"]["label"]["1"] == 1
    assert found["by"]["predicted"] == {str(d): int(d in (1, 7)) for d in range(10)}
    assert reviewer.get(f"{URL}/summary?since=2026-03-15").json == {
        "n": 1,
        "is_exact": True,
        "by": None,
    }


def test_many_drawings_are_relabelled_together_and_undone(reviewer, four):
    sent = {"ids": four[:2], "action": "relabel", "label": 2}
    done = reviewer.post(f"{URL}/changes", json=sent)

    assert done.status_code == 200
    assert done.json == {"id": 1, "action": "relabel", "n": 2, "learned_versions": []}
    assert ids(reviewer, "label=2") == four[1::-1]
    undone = reviewer.post(f"{URL}/changes/{done.json['id']}/undo")
    assert undone.status_code == 200
    assert ids(reviewer, "label=2") == []
    assert reviewer.post(f"{URL}/changes/{done.json['id']}/undo").status_code == 409


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"ids": [], "action": "accept"}, 422),
        ({"ids": [new_id() for _ in range(501)], "action": "accept"}, 422),
        ({"ids": [new_id()], "action": "burn"}, 422),
        ({"ids": [new_id()], "action": "relabel"}, 422),
        ({"ids": [new_id()], "action": "accept", "label": 3}, 422),
        ({"ids": [new_id()], "action": "accept"}, 404),
    ],
)
def test_invalid_changes_are_refused(reviewer, body, status):
    assert reviewer.post(f"{URL}/changes", json=body).status_code == status


def test_one_unknown_drawing_stops_the_whole_change(reviewer, four):
    sent = {"ids": [*four, new_id()], "action": "delete"}

    assert reviewer.post(f"{URL}/changes", json=sent).status_code == 404
    assert len(ids(reviewer, "")) == 4


def test_deleting_names_the_versions_that_trained_on_the_drawings(reviewer, four, parts):
    with parts.database.write() as session:
        run = Run(id=3, status=RunStatus.PROMOTED, requested_by="schedule", is_forced=False)
        run.queued_at, run.n_attempts, run.seed = NOW, 1, 1
        session.add(run)
        session.flush()
        make_version(session, 2).run_id = 3
        session.add(RunDrawing(run_id=3, drawing_number=2, label=7, is_new=True))
    assert ids(reviewer, "version=2") == [four[1]]

    done = reviewer.post(f"{URL}/changes", json={"ids": four[:2], "action": "delete"}).json

    assert done["learned_versions"] == [2]


def test_the_record_has_the_labels_with_authors_and_the_versions_trained_on_them(reviewer, four):
    reviewer.patch(f"{URL}/{four[1]}", json={"label": 7})

    found = reviewer.get(f"{URL}/{four[1]}/record").json

    assert [(one["label"], one["by"]) for one in found["labels"]] == [
        (1, "contributor"),
        (7, "reviewer@example.org"),
    ]
    assert found["learned"] == []


def test_each_version_has_a_reading_or_null_if_its_files_are_damaged(
    reviewer, four, parts, publish
):
    publish(2, says=3)
    publish(3, says=4, is_live=False)
    version_file(parts.store, 3, "model.onnx").write_bytes(b"rust")

    found = reviewer.get(f"{URL}/{four[0]}/readings").json["items"]

    assert [(one["version"], one["label"]) for one in found] == [(3, None), (2, 3), (1, 7)]
    assert found[2]["confidence"] > 0.1


def test_the_server_computes_the_confidence_itself(client, reviewer, publish, parts):
    publish(1, says=7)
    claim = {"label": 7, "model_version": 1}
    drawn = {"strokes": SEVEN, "width": 280, "height": 280}
    sent = {"id": new_id(), "label": 7, **drawn, "prediction": claim}
    assert client.post(URL, json=sent).status_code == 201

    shown = reviewer.get(URL).json["items"][0]

    assert 0.1 < shown["confidence"] <= 1
    with parts.database.read() as session:
        assert session.scalars(select(Drawing.confidence)).one() == shown["confidence"]


def test_a_contributor_does_not_see_the_confidence(client, four):
    own = client.get(f"{URL}/mine").json

    assert all("confidence" not in item for item in own["items"])


def test_lists_do_not_load_strokes_or_pictures(reviewer, four, parts):
    asked: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    reviewer.get(URL)
    event.remove(Engine, "before_cursor_execute", note)

    assert asked
    assert not [statement for statement in asked if "strokes" in statement]
