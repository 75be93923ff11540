"""The figures of the front pages."""

from core.base.clock import utc_now
from tests.server.shapes import drawing

URL = "/api/v1/stats"


def test_an_empty_instance_has_figures(client):
    shown = client.get(URL).json

    assert shown["champion"] is None
    assert shown["run"] is None
    assert shown["n_drawings"] == 0
    assert shown["by_label"] == [0] * 10
    assert len(shown["by_day"]) == 30
    assert shown["schedule_sentence"] == "every day at 03:00"
    times = {"days": {}, "times": ["03:00"]}
    assert shown["schedule_description"] == {"name": "times", "facts": times}


def test_stored_drawings_are_counted(app, client):
    client.post("/api/v1/drawings", json=drawing(label=3))
    client.post("/api/v1/drawings", json=drawing(label=3))
    app.test_client().post("/api/v1/drawings", json=drawing(label=9))

    shown = client.get(URL).json

    assert (shown["n_drawings"], shown["n_contributors"]) == (3, 2)
    assert (shown["by_label"][3], shown["by_label"][9]) == (2, 1)
    assert shown["by_day"][-1] == {"day": utc_now().date().isoformat(), "n": 3}
    assert shown["by_status"]["accepted"] == 3


def test_the_live_version_is_named_with_its_accuracy(client, publish):
    publish(4, says=7)

    champion = client.get(URL).json["champion"]

    assert (champion["version"], champion["accuracy"]) == (4, 0.995)


def test_the_newest_run_is_shown(admin, client):
    run_id = admin.post("/api/v1/runs").json["id"]

    assert client.get(URL).json["run"]["id"] == run_id


def test_an_unchanged_answer_is_not_sent_again(client):
    etag = client.get(URL).headers["ETag"]

    same = client.get(URL, headers={"If-None-Match": etag})
    client.post("/api/v1/drawings", json=drawing())
    changed = client.get(URL, headers={"If-None-Match": etag})

    assert (same.status_code, changed.status_code) == (304, 200)
