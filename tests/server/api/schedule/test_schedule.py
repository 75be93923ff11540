"""The schedule of runs."""

import pytest

URL = "/api/v1/schedule"
WEEKLY = {"cron": "30 2 * * 7", "timezone": "Europe/Berlin", "min_new_drawings": 5, "enabled": True}


def test_the_default_is_every_night_at_three(client):
    shown = client.get(URL).json

    assert (shown["cron"], shown["min_new_drawings"], shown["enabled"]) == ("0 3 * * *", 20, True)
    assert shown["sentence"] == "every day at 03:00"


def test_an_admin_changes_the_schedule(admin, client):
    answer = admin.put(URL, json=WEEKLY)

    assert answer.status_code == 200
    shown = client.get(URL).json
    assert {name: shown[name] for name in WEEKLY} == WEEKLY
    assert shown["next_run_at"] is not None


def test_the_sentence_comes_with_the_figures_to_say_it_in_another_language(admin, client):
    admin.put(URL, json=WEEKLY)

    shown = client.get(URL, headers={"Accept-Language": "zh"}).json

    assert shown["sentence"] == shown["rule_sentence"] == "every Sunday at 02:30"
    sundays = {"name": "times", "facts": {"days": {"weekdays": [0]}, "times": ["02:30"]}}
    assert shown["description"] == shown["rule_description"] == sundays


def test_a_schedule_switched_off_has_no_due_time(admin):
    shown = admin.put(URL, json=WEEKLY | {"enabled": False}).json

    assert shown["next_run_at"] is None
    assert shown["sentence"] == "switched off"
    assert shown["description"] == {"name": "off", "facts": {}}
    assert shown["rule_description"]["name"] == "times"


@pytest.mark.parametrize(
    "changed",
    [
        {"cron": "61 * * * *"},
        {"cron": "every day"},
        {"timezone": "Mars/Olympus"},
        {"min_new_drawings": 0},
        {"min_new_drawings": "5"},
        {"enabled": "yes"},
    ],
)
def test_invalid_schedules_are_refused(admin, client, changed):
    answer = admin.put(URL, json=WEEKLY | changed)

    assert answer.status_code == 422
    assert client.get(URL).json["cron"] == "0 3 * * *"


def test_the_next_five_due_times_are_returned(admin):
    shown = admin.put(URL, json=WEEKLY).json

    assert len(shown["next_runs"]) == 5
    assert shown["next_runs"][0] == shown["next_run_at"]
    assert shown["zone"] == "Europe/Berlin"


def test_a_schedule_switched_off_still_describes_its_rule(admin):
    shown = admin.put(URL, json=WEEKLY | {"enabled": False}).json

    assert shown["next_runs"] == []
    assert "Sunday" in shown["rule_sentence"]


def test_the_preview_describes_an_unsaved_rule(reviewer, client):
    answer = reviewer.get(f"{URL}/preview?cron=15 6 * * 1&timezone=Asia/Shanghai")

    assert answer.json["sentence"] == "every Monday at 06:15"
    mondays = {"days": {"weekdays": [1]}, "times": ["06:15"]}
    assert answer.json["description"] == {"name": "times", "facts": mondays}
    assert len(answer.json["next_runs"]) == 5
    assert all(moment.endswith("T22:15:00.000000Z") for moment in answer.json["next_runs"])
    assert client.get(URL).json["cron"] == "0 3 * * *"


@pytest.mark.parametrize("query", ["cron=61 * * * *", "cron=0 3 * * *&timezone=Mars/Olympus", ""])
def test_an_invalid_rule_is_refused_with_a_sentence(reviewer, query):
    assert reviewer.get(f"{URL}/preview?{query}").status_code == 422
