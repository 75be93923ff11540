"""POST /api/v1/drawings: stored once per id, acknowledged after the commit."""

import base64
import threading

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from core.imaging import decode_strokes
from core.storage.database import sqlite_driver
from core.storage.tables import Drawing, LabelEvent
from tests.server.shapes import SEVEN, drawing
from tests.support.factories import new_id

URL = "/api/v1/drawings"
INK = base64.b64encode(bytes(780) + b"\xff" * 4).decode()


def stored(parts) -> list[Drawing]:
    with parts.database.read() as session:
        return list(session.scalars(select(Drawing)))


def test_a_drawing_is_stored_with_its_label(client, parts):
    sent = drawing(label=3)

    answer = client.post(URL, json=sent)

    assert answer.status_code == 201
    assert answer.json["id"] == sent["id"]
    assert answer.json["label"] == 3
    assert answer.json["status"] == "accepted"
    assert answer.json["source"] == "drawn"
    assert [row.id for row in stored(parts)] == [sent["id"]]


def test_its_strokes_are_stored(client, parts):
    client.post(URL, json=drawing())

    strokes, width, height = decode_strokes(stored(parts)[0].strokes or b"")

    assert (width, height) == (280, 280)
    assert strokes[0][:, :2].tolist() == [point[:2] for point in SEVEN[0]]


def test_ink_without_strokes_is_accepted(client, parts):
    answer = client.post(URL, json={"id": new_id(), "label": 1, "ink": INK})

    assert answer.status_code == 201
    assert answer.json["ink"] == INK
    assert answer.json["source"] == "imported"
    assert stored(parts)[0].strokes is None


def test_sending_the_same_id_again_returns_the_stored_drawing(client, parts):
    sent = drawing(label=3)
    client.post(URL, json=sent)

    answer = client.post(URL, json=sent | {"label": 8})

    assert answer.status_code == 200
    assert answer.json["label"] == 3
    assert len(stored(parts)) == 1


def test_the_same_id_in_capitals_is_the_same_id(client, parts):
    sent = drawing()
    client.post(URL, json=sent)

    answer = client.post(URL, json=sent | {"id": sent["id"].upper()})

    assert answer.status_code == 200
    assert len(stored(parts)) == 1


def test_an_id_of_another_contributor_is_a_conflict(app, client, parts):
    sent = drawing()
    client.post(URL, json=sent)

    answer = app.test_client().post(URL, json=sent)

    assert answer.status_code == 409
    assert len(stored(parts)) == 1


def test_an_id_that_was_deleted_is_gone(client):
    sent = drawing()
    client.post(URL, json=sent)
    client.delete(f"{URL}/{sent['id']}")

    answer = client.post(URL, json=sent)

    assert answer.status_code == 410


@pytest.mark.parametrize(
    "changed",
    [
        {"ink": INK},
        {"strokes": None},
        {"width": None},
        {"strokes": []},
        {"id": "drawing-1"},
        {"prediction": {"label": "7", "model_version": 1}},
        {"prediction": {"label": 7}},
    ],
    ids=["both", "neither", "no width", "nothing drawn", "no uuid", "wrong claim", "half a claim"],
)
def test_invalid_drawings_are_refused(client, parts, changed):
    answer = client.post(URL, json=drawing() | changed)

    assert answer.status_code == 422
    assert stored(parts) == []


@pytest.mark.parametrize("ink", ["", "!", "AAAA", base64.b64encode(bytes(784)).decode()])
def test_empty_ink_and_ink_of_another_size_are_refused(client, ink):
    answer = client.post(URL, json={"id": new_id(), "label": 1, "ink": ink})

    assert answer.status_code == 422


def test_the_shown_prediction_is_stored(client, publish):
    publish(2, says=7)

    answer = client.post(URL, json=drawing(prediction={"label": 1, "model_version": 2}))

    assert answer.json["prediction"] == {"label": 1, "model_version": 2}


def test_a_claimed_prediction_of_an_unknown_version_is_dropped(client, publish):
    publish(2, says=7)

    answer = client.post(URL, json=drawing(prediction={"label": 1, "model_version": 99}))

    assert answer.status_code == 201
    assert answer.json["prediction"] is None


def test_storing_works_before_the_first_version(client):
    assert client.post(URL, json=drawing()).status_code == 201


def test_the_first_label_is_in_the_history(client, parts):
    client.post(URL, json=drawing(label=5))

    with parts.database.read() as session:
        events = session.scalars(select(LabelEvent)).all()
    assert [(event.label, event.by) for event in events] == [(5, "contributor")]


def test_a_full_disk_is_507_and_nothing_is_acknowledged(client, parts, monkeypatch):
    def full(*_, **__):
        error = sqlite_driver.OperationalError("database or disk is full")
        raise OperationalError("INSERT", {}, error)

    monkeypatch.setattr("server.serving.writer.store_drawings", full)

    answer = client.post(URL, json=drawing())

    assert answer.status_code == 507
    assert answer.json["error"] == "StorageFull"
    assert stored(parts) == []


def test_concurrent_drawings_are_all_stored_once(app, parts):
    """Thirty-two concurrent browsers; half of them send the same drawing twice."""
    sent = [drawing(label=n % 10) for n in range(32)]
    found: list[tuple[int, int]] = []

    def send(n: int) -> None:
        client = app.test_client()
        for _ in range(1 + n % 2):
            answer = client.post(URL, json=sent[n])
            found.append((answer.status_code, answer.json["label"]))

    threads = [threading.Thread(target=send, args=(n,)) for n in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(status for status, _ in found) == [200] * 16 + [201] * 32
    assert {(row.id, row.label) for row in stored(parts)} == {
        (one["id"], one["label"]) for one in sent
    }


def test_an_unexpected_error_while_storing_acknowledges_nothing(app, client, parts, monkeypatch):
    def bug(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("server.serving.writer.store_drawings", bug)
    app.testing = False

    assert client.post(URL, json=drawing()).status_code == 500
    assert stored(parts) == []
