"""One run in full: log, advice, and the drawings that it trained on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from core.base.kinds import RunStatus
from core.runs import lease as run_lease
from core.runs import lifecycle as runs
from core.storage.tables import Run, RunMetric
from tests.conftest import NOW
from tests.support.factories import make_drawing

URL = "/api/v1/runs"
TTL = timedelta(seconds=30)


@pytest.fixture
def learned(parts):
    """A held run that trained on 3 new and 2 older drawings."""
    with parts.database.write() as session:
        made = [make_drawing(session, label=label) for label in (7, 7, 1, 7, 3)]
        run, _ = runs.queue_run(session, requested_by="schedule", is_forced=False, seed=1, now=NOW)
        fence = run_lease.take_lease(session, "here", now=NOW, ttl=TTL) or 0
        runs.claim_next_run(session, fence=fence, now=NOW)
        rows = [(one.number, one.label, place >= 2) for place, one in enumerate(made)]
        runs.record_lineage(session, run.id, rows, fence=fence)
        runs.describe_run(session, run.id, fence=fence, base_version=1, n_new=3, n_drawings=5)
        runs.finish_run(
            session, run.id, fence=fence, status=RunStatus.HELD, version=2, now=NOW + TTL
        )
        return run.id, [one.id for one in made]


def test_the_log_has_names_figures_and_english_sentences(client, learned):
    lines = client.get(f"{URL}/{learned[0]}").json["lines"]

    assert [(line["name"], line["facts"], line["sentence"]) for line in lines] == [
        ("asked", {"by": "schedule"}, "Requested by the schedule"),
        ("began", {}, "The trainer starts the run"),
        ("ended", {"status": "held", "version": 2}, "Held: version 2 does not go live"),
    ]


def test_the_language_that_a_client_asks_for_changes_nothing(client, learned):
    english = client.get(f"{URL}/{learned[0]}")
    chinese = client.get(f"{URL}/{learned[0]}", headers={"Accept-Language": "zh"})

    assert chinese.data == english.data
    assert "Accept-Language" not in english.headers["Vary"]


def test_a_held_run_has_advice(client, learned):
    shown = client.get(f"{URL}/{learned[0]}").json

    assert shown["what_to_do"].startswith("The live version stays in service, and all 5 drawings")
    assert shown["advice"][0] == {"name": "drawings_stay", "facts": {"n": 5}}


def test_a_failed_run_has_advice_and_the_kind_of_its_failure(client, admin, parts):
    run_id = admin.post(URL).json["id"]
    with parts.database.write() as session:
        values = {"status": "failed", "failure": "memory", "message": "there was not enough memory"}
        session.execute(update(Run).where(Run.id == run_id).values(values))

    shown = client.get(f"{URL}/{run_id}").json

    assert (shown["message"], shown["failure"]) == ("there was not enough memory", "memory")
    assert "INKLOOP_TRAIN_THREADS" in shown["what_to_do"]
    assert shown["advice"] == [{"name": "failed_memory", "facts": {}}]


def test_only_reviewers_see_who_requested_a_run(admin, reviewer, client):
    run_id = admin.post(URL).json["id"]

    assert reviewer.get(f"{URL}/{run_id}").json["asked_by"] == "admin@example.org"
    assert reviewer.get(URL).json["items"][0]["asked_by"] == "admin@example.org"
    assert client.get(f"{URL}/{run_id}").json["asked_by"] is None
    assert client.get(URL).json["items"][0]["asked_by"] is None


def test_a_long_curve_is_thinned_and_keeps_its_end(admin, parts):
    run_id = admin.post(URL).json["id"]
    with parts.database.write() as session:
        for step in range(1, 1_002):
            session.add(RunMetric(run_id=run_id, phase="train", step=step, loss=1 / step, at=NOW))

    steps = [point["step"] for point in admin.get(f"{URL}/{run_id}").json["metrics"]]

    assert 200 < len(steps) <= 400
    assert steps == sorted(steps)
    assert steps[-1] == 1_001


def test_points_of_an_interrupted_attempt_are_left_out(admin, parts):
    run_id = admin.post(URL).json["id"]
    with parts.database.write() as session:
        for step, loss in ((10, 0.5), (20, 0.4), (30, 0.3), (20, 0.41), (30, 0.31)):
            session.add(RunMetric(run_id=run_id, phase="train", step=step, loss=loss, at=NOW))

    points = admin.get(f"{URL}/{run_id}").json["metrics"]

    assert [(point["step"], point["loss"]) for point in points] == [
        (10, 0.5),
        (20, 0.41),
        (30, 0.31),
    ]


def test_drawings_have_the_labels_that_the_run_trained_on(reviewer, learned):
    run_id, ids = learned
    reviewer.patch(f"/api/v1/drawings/{ids[4]}", json={"label": 8})

    shown = reviewer.get(f"{URL}/{run_id}/drawings").json

    assert [one["id"] for one in shown["items"]] == ids[::-1]
    assert (shown["items"][0]["label"], shown["items"][0]["learned_label"]) == (8, 3)
    assert [one["is_new"] for one in shown["items"]] == [True, True, True, False, False]
    assert shown["counts"]["new"] == [0, 1, 0, 1, 0, 0, 0, 1, 0, 0]
    assert shown["counts"]["older"] == [0, 0, 0, 0, 0, 0, 0, 2, 0, 0]


def test_the_drawings_are_paged(reviewer, learned):
    run_id, ids = learned

    first = reviewer.get(f"{URL}/{run_id}/drawings?limit=3").json
    second = reviewer.get(f"{URL}/{run_id}/drawings?limit=3&after={first['next']}").json

    assert [one["id"] for one in first["items"] + second["items"]] == ids[::-1]
    assert (second["next"], second["counts"]) == (None, None)


@pytest.mark.parametrize(
    ("asked", "places"), [("kind=new", [4, 3, 2]), ("kind=older", [1, 0]), ("label=7", [3, 1, 0])]
)
def test_the_drawings_are_filtered_by_kind_and_label(reviewer, learned, asked, places):
    run_id, ids = learned

    shown = reviewer.get(f"{URL}/{run_id}/drawings?{asked}").json

    assert [one["id"] for one in shown["items"]] == [ids[place] for place in places]


def test_drawings_deleted_since_are_counted_but_not_shown(reviewer, learned):
    run_id, ids = learned
    reviewer.delete(f"/api/v1/drawings/{ids[0]}")

    shown = reviewer.get(f"{URL}/{run_id}/drawings").json

    assert [one["id"] for one in shown["items"]] == ids[:0:-1]
    assert shown["counts"]["n_deleted"] == 1


def test_the_drawings_of_an_unknown_run_are_not_found(reviewer):
    assert reviewer.get(f"{URL}/99/drawings").status_code == 404
