"""POST /api/v1/predictions: the live version's prediction for strokes."""

import base64

import pytest

from core.runs import lifecycle as runs
from tests.conftest import NOW
from tests.server.shapes import SEVEN, strokes

URL = "/api/v1/predictions"


def test_strokes_are_read_by_the_live_version(client, publish):
    publish(3, says=7)

    answer = client.post(URL, json=strokes())

    assert answer.status_code == 200
    assert answer.json["label"] == 7
    assert answer.json["model_version"] == 3
    assert answer.json["is_digit"] is True


def test_all_ten_probabilities_add_up_to_one(client, publish):
    publish(1, says=7)

    probabilities = client.post(URL, json=strokes()).json["probabilities"]

    assert len(probabilities) == 10
    assert sum(probabilities) == pytest.approx(1, abs=1e-4)


def test_the_ink_that_the_model_saw_is_in_the_answer(client, publish):
    publish(1, says=7)

    ink = base64.b64decode(client.post(URL, json=strokes()).json["ink"])

    assert len(ink) == 784
    assert max(ink) == 255


def test_every_step_has_its_time(client, publish):
    publish(1, says=7)

    steps = client.post(URL, json=strokes()).json["steps"]

    names = [step["name"] for step in steps]
    assert names[:2] == ["received", "validated"]
    assert names[-2:] == ["network", "answer"]
    assert all(step["ms"] >= 0 for step in steps)


@pytest.mark.parametrize(
    ("drawn", "reason"), [([], "empty"), ([[[140, 140]]], "dot")], ids=["empty", "dot"]
)
def test_ink_that_is_no_digit_gets_no_label(client, publish, drawn, reason):
    publish(1, says=7)

    answer = client.post(URL, json=strokes(drawn))

    assert answer.status_code == 200
    assert answer.json["label"] is None
    assert answer.json["is_digit"] is False
    assert answer.json["reason"] == reason


def test_unfamiliar_ink_gets_no_label(client, publish):
    publish(1, says=7, familiarity_threshold=0.99)

    answer = client.post(URL, json=strokes())

    assert answer.json["label"] is None
    assert answer.json["reason"] == "unfamiliar"


def test_time_and_pressure_are_optional(client, publish):
    publish(1, says=7)

    answer = client.post(URL, json=strokes([[point[:2] for point in SEVEN[0]]]))

    assert answer.json["label"] == 7


def test_a_prediction_stores_nothing(client, publish):
    publish(1, says=7)

    client.post(URL, json=strokes())

    assert client.get("/api/v1/stats").json["n_drawings"] == 0


def test_before_the_first_version_the_answer_has_the_training_progress(client, parts):
    with parts.database.write() as session:
        runs.queue_run(session, requested_by="first", is_forced=True, seed=1, now=NOW)

    answer = client.post(URL, json=strokes())

    assert answer.status_code == 503
    assert answer.json["error"] == "NotReady"
    assert answer.json["training"] == {"phase": None, "step": None, "n_steps": None}
