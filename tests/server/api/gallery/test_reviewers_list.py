"""GET /api/v1/drawings: all contributors' drawings, for reviewers."""

import pytest

from core.base.kinds import DrawingStatus, Source
from core.drawings.lifecycle import delete_drawing
from tests.support.factories import make_drawing

URL = "/api/v1/drawings"


@pytest.fixture
def three(parts, publish):
    """Alice's 7 read as 7, Bob's 1 read as 7, Alice's uploaded 3 without a prediction."""
    publish(1, says=7)
    with parts.database.write() as session:
        made = [
            make_drawing(session, label=7, predicted_label=7, predicted_version=1),
            make_drawing(
                session, contributor="bob", label=1, predicted_label=7, predicted_version=1
            ),
            make_drawing(session, label=3, source=Source.UPLOADED),
        ]
        return [drawing.id for drawing in made]


def ids(client, query: str = "") -> list[str]:
    return [item["id"] for item in client.get(f"{URL}?{query}").json["items"]]


def test_all_drawings_are_listed_newest_first(reviewer, three):
    assert ids(reviewer) == three[::-1]


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("label=1", [1]),
        ("contributor=alice", [2, 0]),
        ("source=uploaded", [2]),
        ("status=accepted", [2, 1, 0]),
        ("status=quarantined", []),
        ("disagrees=true", [1]),
        ("disagrees=false", [0]),
        ("label=7&contributor=bob", []),
    ],
)
def test_the_list_can_be_filtered(reviewer, three, query, places):
    assert ids(reviewer, query) == [three[place] for place in places]


@pytest.mark.parametrize(
    "query",
    ["label=07", "label=x", "label=10", "status=deleted", "split=test", "disagrees=1", "limit=501"],
)
def test_invalid_filters_are_refused(reviewer, query):
    assert reviewer.get(f"{URL}?{query}").status_code == 422


def test_paging_is_stable_while_new_drawings_arrive(reviewer, three, parts):
    first = reviewer.get(f"{URL}?limit=2").json
    with parts.database.write() as session:
        make_drawing(session)

    second = reviewer.get(f"{URL}?limit=2&after={first['next']}").json

    assert [item["id"] for item in second["items"]] == [three[0]]


def test_deleted_drawings_are_not_listed(reviewer, three, parts):
    with parts.database.write() as session:
        drawing = make_drawing(session)
        delete_drawing(session, drawing, now=drawing.created_at)
        assert drawing.status == DrawingStatus.DELETED

    assert ids(reviewer) == three[::-1]


def test_reviewers_see_the_contributor(reviewer, three):
    items = reviewer.get(URL).json["items"]

    assert [item["contributor"] for item in items] == ["alice", "bob", "alice"]


def test_a_reviewer_may_relabel_any_drawing(reviewer, three):
    answer = reviewer.patch(f"{URL}/{three[1]}", json={"label": 7})

    assert answer.status_code == 200
    assert answer.json["label"] == 7
