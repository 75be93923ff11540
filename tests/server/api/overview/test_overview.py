"""The overview: figures and access."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.base.clock import utc_now
from core.base.kinds import Role, RunStatus
from core.drawings.lifecycle import delete_drawing, quarantine
from core.storage.tables import Drawing, Run, User, Verdict
from core.versions.lifecycle import promote
from tests.support.factories import make_drawing, make_version

URL = "/api/v1/overview"
DAY = timedelta(days=1)
PASSED = {
    "name": "mnist_vs_anchor",
    "passed": True,
    "value": 0.0,
    "bound": 0.0015,
    "facts": {"n_lost": 3, "n_gained": 5, "n": 10_000, "net_loss": -2, "allowed": 6},
}


def test_an_empty_instance_needs_its_first_model(admin):
    shown = admin.get(URL).json

    assert shown["needs"] == [{"kind": "no_model", "facts": {}}]
    assert (shown["live"], shown["last_run"], shown["versions"]) == (None, None, [])
    assert len(shown["by_day"]) == 90
    assert shown["by_digit"] == [{"n": 0, "n_read": 0, "n_disagreed": 0}] * 10


def test_only_reviewers_and_admins_see_it(client, reviewer):
    assert client.get(URL).status_code == 401
    assert reviewer.get(URL).status_code == 200


def test_the_figures_count_the_drawings(admin, parts):
    now = utc_now()
    with parts.database.write() as session:
        make_version(session, 1)
        for label, read, ago, who in (
            (7, 7, 0, "alice"),
            (7, 1, 0, "alice"),
            (7, None, 1, "bob"),
            (3, 8, 30, "carol"),
        ):
            make_drawing(
                session,
                label=label,
                predicted_label=read,
                predicted_version=None if read is None else 1,
                contributor=who,
                now=now - ago * DAY,
            )
        delete_drawing(session, make_drawing(session, label=7, now=now), now=now)
        quarantine(session, [1])

    shown = admin.get(URL).json

    assert shown["by_digit"][7] == {"n": 3, "n_read": 2, "n_disagreed": 1}
    assert shown["by_digit"][3] == {"n": 1, "n_read": 1, "n_disagreed": 1}
    today = {"day": now.date().isoformat(), "n": 2, "n_read": 2, "n_disagreed": 1}
    assert (shown["by_day"][-1], shown["by_day"][-2]["n"], shown["by_day"][-31]["n"]) == (
        today,
        1,
        1,
    )
    assert (shown["n_contributors"], shown["n_new_contributors"]) == (3, 2)
    with parts.database.read() as session:
        statuses = session.scalars(select(Drawing.status).order_by(Drawing.number)).all()
    assert shown["queues"]["n_quarantined"] == statuses.count("quarantined") == 1
    assert shown["queues"]["n_to_review"] == 4


def test_the_verdict_comes_with_its_figures(admin, parts):
    _promoted_by_a_run(parts)

    live = admin.get(URL).json["live"]

    assert (live["version"], live["kind"], live["by"], live["by_name"]) == (1, "gate", "gate", None)
    assert live["why"].startswith("Promoted: ")
    assert live["verdict"]["sentence"] == live["why"]
    assert live["verdict"]["rules"][0]["facts"] != {}


@pytest.mark.parametrize(
    ("role", "name"), [(Role.ADMIN, "admin@example.org"), (Role.REVIEWER, None)]
)
def test_only_admins_see_who_changed_the_live_version(signed_in, parts, role, name):
    browser = signed_in(role)
    with parts.database.write() as session:
        user = session.scalars(select(User)).one()
        make_version(session, 1)
        make_version(session, 2, is_live=False)
        promote(session, 2, kind="promote", reason="tablets", by=f"user:{user.id}", now=utc_now())

    live = browser.get(URL).json["live"]

    assert (live["version"], live["previous_version"], live["why"]) == (2, 1, "tablets")
    assert (live["by"], live["by_name"]) == ("user", name)


def test_versions_come_with_their_scores_and_promotions_in_order(admin, parts):
    with parts.database.write() as session:
        first = make_version(session, 1, accuracy=0.99)
        first.scores = first.scores | {"holdout_known": {"accuracy": 0.5, "n_correct": 4, "n": 8}}
        first.scores = first.scores | {"holdout_new": {"accuracy": None, "n_correct": 0, "n": 0}}
        make_version(session, 2, is_live=False)

    shown = admin.get(URL).json

    first, second = shown["versions"]
    assert first["mnist_test"] == {"n_correct": 9900, "n": 10_000}
    assert (first["holdout_known"], first["holdout_new"]) == ({"n_correct": 4, "n": 8}, None)
    assert (first["was_live"], second["was_live"]) == (True, False)
    assert [one["version"] for one in shown["promotions"]] == [1]


def test_problems_of_the_instance_come_first(admin, parts, publish):
    publish(1, says=7)
    with parts.database.write() as session:
        quarantine(session, [make_drawing(session).number])
        make_version(session, 2)
    parts.live.look()

    kinds = [one["kind"] for one in admin.get(URL).json["needs"]]

    assert kinds == ["model", "quarantined"]


def test_a_running_run_is_not_the_last_run(admin, parts):
    _promoted_by_a_run(parts)
    admin.post("/api/v1/runs")

    last = admin.get(URL).json["last_run"]

    assert (last["status"], last["version"]) == ("promoted", 1)


def test_an_unchanged_answer_is_not_sent_again(admin, publish):
    publish(1, says=7)
    etag = admin.get(URL).headers["ETag"]

    assert admin.get(URL, headers={"If-None-Match": etag}).status_code == 304


def _promoted_by_a_run(parts):
    now = utc_now()
    with parts.database.write() as session:
        run = Run(
            status=RunStatus.PROMOTED,
            requested_by="schedule",
            is_forced=False,
            queued_at=now,
            finished_at=now,
            seed=1,
            version=1,
        )
        session.add(run)
        session.flush()
        make_version(session, 1).run_id = run.id
        session.add(Verdict(run_id=run.id, version=1, passed=True, rules=[PASSED], at=now))
