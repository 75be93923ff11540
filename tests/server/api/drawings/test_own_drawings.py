"""A contributor sees and changes only their own drawings."""

import base64
import io
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import update

from core.base.clock import utc_now
from core.base.kinds import DrawingStatus, Split
from core.storage.tables import Drawing, ModelVersion, Run, RunDrawing
from server.background.tasks import erase
from tests.conftest import NOW
from tests.server.shapes import SEVEN, drawing
from tests.support.factories import new_id

URL = "/api/v1/drawings"


@pytest.fixture
def store(client):
    """Store a drawing of Alice's and return its id."""

    def _store(**given) -> str:
        answer = client.post(URL, json=drawing(**given))
        assert answer.status_code == 201
        return answer.json["id"]

    return _store


@pytest.fixture
def change(parts):
    """Set columns of a drawing, as the trainer or a reviewer does."""

    def _change(drawing_id: str, **values) -> None:
        with parts.database.write() as session:
            session.execute(update(Drawing).where(Drawing.id == drawing_id).values(**values))

    return _change


@pytest.fixture
def trained(parts):
    """Add version `version`, from a run that trained on the drawing."""

    def _trained(drawing_id: str, version: int) -> None:
        with parts.database.write() as session:
            run = Run(
                status="promoted", requested_by="schedule", is_forced=False, queued_at=NOW, seed=1
            )
            session.add(run)
            session.flush()
            number = session.query(Drawing.number).where(Drawing.id == drawing_id).scalar()
            session.add(RunDrawing(run_id=run.id, drawing_number=number, label=7, is_new=True))
            session.execute(
                update(ModelVersion).where(ModelVersion.version == version).values(run_id=run.id)
            )

    return _trained


def test_own_drawings_are_listed_newest_first(client, store):
    first, second = store(), store()

    items = client.get(f"{URL}/mine").json["items"]

    assert [item["id"] for item in items] == [second, first]


def test_the_list_of_a_new_browser_is_empty(app, store):
    store()

    answer = app.test_client().get(f"{URL}/mine")

    assert answer.json["items"] == []
    assert answer.json["counts"]["total"] == 0


def test_own_drawings_are_paged(client, store):
    ids = [store() for _ in range(5)]

    first = client.get(f"{URL}/mine?limit=3").json
    second = client.get(f"{URL}/mine?limit=3&after={first['next']}").json

    assert [item["id"] for item in first["items"] + second["items"]] == ids[::-1]
    assert second["next"] is None


def test_a_page_with_the_last_drawing_has_no_next(client, store):
    store()

    assert client.get(f"{URL}/mine?limit=1").json["next"] is None


@pytest.mark.parametrize(
    ("values", "fate"),
    [
        ({"split": Split.TRAIN}, "waiting"),
        ({"split": Split.HOLDOUT_KNOWN}, "exam"),
        ({"split": Split.HOLDOUT_NEW}, "exam"),
        ({"split": Split.TRAIN, "status": DrawingStatus.QUARANTINED}, "checking"),
        ({"split": Split.TRAIN, "status": DrawingStatus.REJECTED}, "rejected"),
    ],
)
def test_each_drawing_has_its_fate(client, store, change, values, fate):
    drawing_id = store()
    change(drawing_id, **values)

    assert client.get(f"{URL}/{drawing_id}").json["fate"] == fate


def test_a_drawing_that_a_live_version_trained_on_is_learned(
    client, store, change, publish, trained
):
    drawing_id = store()
    change(drawing_id, split=Split.TRAIN)
    publish(4, says=7)
    trained(drawing_id, 4)

    shown = client.get(f"{URL}/{drawing_id}").json

    assert shown["fate"] == "learned"
    assert shown["learned_version"] == 4
    assert shown["versions"] == [4]


def test_a_drawing_that_only_a_held_version_trained_on_is_waiting(
    client, store, change, publish, trained
):
    drawing_id = store()
    change(drawing_id, split=Split.TRAIN)
    publish(4, says=7, is_live=False)
    trained(drawing_id, 4)

    shown = client.get(f"{URL}/{drawing_id}").json

    assert shown["fate"] == "waiting"
    assert shown["learned_version"] is None
    assert shown["versions"] == [4]


def test_the_counts_add_up_the_fates(client, store, change, publish, trained):
    ids = [store() for _ in range(5)]
    for drawing_id in ids:
        change(drawing_id, split=Split.TRAIN)
    change(ids[0], split=Split.HOLDOUT_KNOWN)
    change(ids[1], status=DrawingStatus.QUARANTINED)
    publish(4, says=7)
    trained(ids[2], 4)

    assert client.get(f"{URL}/mine").json["counts"] == {
        "total": 5,
        "learned": 1,
        "waiting": 2,
        "exam": 1,
        "checking": 1,
        "live_version": 4,
    }


def test_a_worker_that_lags_behind_names_the_live_version(client, store, change, publish, trained):
    drawing_id = store()
    change(drawing_id, split=Split.TRAIN)
    publish(3, says=7)
    publish(4, says=7, is_noticed=False)
    trained(drawing_id, 4)

    shown = client.get(f"{URL}/mine").json

    assert shown["counts"]["live_version"] == 4
    assert shown["items"][0]["learned_version"] == 4


def test_a_single_drawing_has_its_strokes(client, store):
    shown = client.get(f"{URL}/{store()}").json

    assert shown["strokes"][0][0][:2] == SEVEN[0][0][:2]
    assert (shown["width"], shown["height"]) == (280, 280)


def test_a_drawing_sent_as_ink_has_no_strokes(client):
    ink = base64.b64encode(b"\xff" * 784).decode()
    answer = client.post(URL, json={"id": new_id(), "label": 1, "ink": ink})

    shown = client.get(f"{URL}/{answer.json['id']}").json

    assert shown["strokes"] is None


def test_a_label_can_be_corrected(client, store):
    drawing_id = store(label=7)

    answer = client.patch(f"{URL}/{drawing_id}", json={"label": 1})

    assert answer.status_code == 200
    assert answer.json["label"] == 1
    assert client.get(f"{URL}/{drawing_id}").json["label"] == 1


def test_confirming_the_label_releases_a_quarantined_drawing(client, store, change, parts):
    drawing_id = store(label=7)
    change(drawing_id, split=Split.TRAIN, status=DrawingStatus.QUARANTINED)

    answer = client.patch(f"{URL}/{drawing_id}", json={"label": 7, "confirm": True})

    assert answer.json["status"] == "accepted"
    assert answer.json["fate"] == "waiting"


def test_a_deleted_drawing_leaves_the_list_at_once(client, store):
    drawing_id = store()

    answer = client.delete(f"{URL}/{drawing_id}")

    assert answer.status_code == 204
    assert client.get(f"{URL}/mine").json["items"] == []
    assert client.get(f"{URL}/{drawing_id}").status_code == 410


def test_a_deleted_drawing_can_be_restored(client, store):
    drawing_id = store()
    client.delete(f"{URL}/{drawing_id}")

    answer = client.post(f"{URL}/{drawing_id}/restore")

    assert answer.status_code == 200
    assert answer.json["status"] == "accepted"
    assert [item["id"] for item in client.get(f"{URL}/mine").json["items"]] == [drawing_id]


def test_a_drawing_cannot_be_restored_after_a_minute(client, store, change):
    drawing_id = store()
    client.delete(f"{URL}/{drawing_id}")
    change(drawing_id, deleted_at=utc_now() - timedelta(seconds=61))

    assert client.post(f"{URL}/{drawing_id}/restore").status_code == 410


def test_a_deleted_drawing_is_erased_after_a_minute(client, parts, store, change):
    drawing_id = store()
    client.delete(f"{URL}/{drawing_id}")
    change(drawing_id, deleted_at=utc_now() - timedelta(seconds=61))

    erase(parts.database)

    with parts.database.read() as session:
        row = session.query(Drawing).where(Drawing.id == drawing_id).one()
    assert (row.ink, row.strokes) == (b"", None)


def test_a_drawing_that_is_not_deleted_cannot_be_restored(client, store):
    assert client.post(f"{URL}/{store()}/restore").status_code == 409


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("GET", "/ink.png", None),
        ("PATCH", "", {"label": 1}),
        ("DELETE", "", None),
        ("POST", "/restore", None),
    ],
)
def test_another_contributors_drawing_is_not_found(app, store, method, path, body):
    drawing_id = store()

    answer = app.test_client().open(f"{URL}/{drawing_id}{path}", method=method, json=body)

    assert answer.status_code == 404


def test_the_ink_is_a_png_of_28_by_28(client, store):
    answer = client.get(f"{URL}/{store()}/ink.png")

    assert answer.mimetype == "image/png"
    assert Image.open(io.BytesIO(answer.data)).size == (28, 28)


def test_an_unchanged_png_is_not_sent_again(client, store):
    url = f"{URL}/{store()}/ink.png"
    etag = client.get(url).headers["ETag"]

    assert client.get(url, headers={"If-None-Match": etag}).status_code == 304
