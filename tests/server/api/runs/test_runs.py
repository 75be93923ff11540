"""Runs: request, list, show, cancel."""

import pytest
from sqlalchemy import update

from core.storage.tables import Run, RunMetric, Verdict
from tests.conftest import NOW

URL = "/api/v1/runs"
FIRST_ACCURACY = {
    "name": "first_accuracy",
    "passed": True,
    "value": 0.9961,
    "bound": 0.99,
    "facts": {"n": 10_000, "n_correct": 9961},
}


@pytest.fixture
def advance(parts):
    """Set columns of the run, as the trainer does."""

    def _advance(run_id: int, **values) -> None:
        with parts.database.write() as session:
            session.execute(update(Run).where(Run.id == run_id).values(**values))

    return _advance


def test_a_requested_run_is_queued(admin):
    answer = admin.post(URL)

    assert answer.status_code == 202
    assert answer.json["status"] == "queued"
    assert answer.json["requested_by"] == "user"


def test_a_second_request_returns_the_same_run(admin):
    first = admin.post(URL).json["id"]

    assert admin.post(URL).json["id"] == first
    assert len(admin.get(URL).json["items"]) == 1


def test_runs_are_public(admin, client, advance):
    run_id = admin.post(URL).json["id"]
    advance(run_id, status="running", phase="train", step=30, n_steps=200, loss=0.12)

    shown = client.get(f"{URL}/{run_id}").json

    assert (shown["phase"], shown["step"], shown["n_steps"]) == ("train", 30, 200)
    assert shown["loss"] == 0.12
    assert shown["verdict"] is None


def test_a_single_run_has_its_curves(admin, parts):
    run_id = admin.post(URL).json["id"]
    with parts.database.write() as session:
        for step in (10, 20):
            session.add(RunMetric(run_id=run_id, phase="train", step=step, loss=1 / step, at=NOW))

    metrics = admin.get(f"{URL}/{run_id}").json["metrics"]

    assert [(point["step"], point["loss"]) for point in metrics] == [(10, 0.1), (20, 0.05)]


def test_a_verdict_has_sentences_and_the_figures_of_its_rules(admin, client, parts, advance):
    run_id = admin.post(URL).json["id"]
    advance(run_id, status="promoted", version=1)
    with parts.database.write() as session:
        session.add(Verdict(run_id=run_id, version=1, passed=True, rules=[FIRST_ACCURACY], at=NOW))

    verdict = client.get(f"{URL}/{run_id}").json["verdict"]

    assert verdict["passed"] is True
    assert verdict["sentence"].startswith("Promoted: ")
    assert verdict["rules"][0]["bound"] == 0.99
    assert verdict["rules"][0]["facts"] == FIRST_ACCURACY["facts"]


def test_a_rule_without_measurements_has_no_figures(admin, parts, advance):
    run_id = admin.post(URL).json["id"]
    advance(run_id, status="promoted", version=2)
    nobody = {"n": 0, "n_right": 0, "n_right_before": 0, "recorded_only": True}
    rule = {"name": "holdout_new", "passed": True, "value": 0, "bound": 0, "facts": nobody}
    with parts.database.write() as session:
        session.add(
            Verdict(run_id=run_id, version=2, passed=True, rules=[FIRST_ACCURACY, rule], at=NOW)
        )

    measured, shown = admin.get(f"{URL}/{run_id}").json["verdict"]["rules"]

    assert measured["value"] is not None
    assert (shown["value"], shown["bound"]) == (None, None)


def test_a_queued_run_is_cancelled_at_once(admin):
    run_id = admin.post(URL).json["id"]

    answer = admin.post(f"{URL}/{run_id}/cancel")

    assert answer.status_code == 200
    assert answer.json["status"] == "cancelled"


def test_cancelling_a_running_run_requests_a_stop(admin, advance):
    run_id = admin.post(URL).json["id"]
    advance(run_id, status="running")

    answer = admin.post(f"{URL}/{run_id}/cancel")

    assert answer.json["status"] == "running"
    assert answer.json["cancel_requested"] is True


def test_a_finished_run_cannot_be_cancelled(admin, advance):
    run_id = admin.post(URL).json["id"]
    advance(run_id, status="held")

    assert admin.post(f"{URL}/{run_id}/cancel").status_code == 409


def test_runs_are_paged_newest_first(admin):
    made = []
    for _ in range(3):
        made.append(admin.post(URL).json["id"])
        admin.post(f"{URL}/{made[-1]}/cancel")

    first = admin.get(f"{URL}?limit=2").json
    second = admin.get(f"{URL}?limit=2&after={first['next']}").json

    assert [run["id"] for run in first["items"] + second["items"]] == made[::-1]
    assert second["next"] is None


def test_an_unchanged_list_is_not_sent_again(admin, client, advance):
    run_id = admin.post(URL).json["id"]
    etag = client.get(URL).headers["ETag"]

    same = client.get(URL, headers={"If-None-Match": etag})
    advance(run_id, status="running")
    changed = client.get(URL, headers={"If-None-Match": etag})

    assert (same.status_code, same.data) == (304, b"")
    assert changed.status_code == 200
