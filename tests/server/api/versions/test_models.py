"""Versions with scores and lineage."""

from tests.support.stored import version_file


def test_before_the_first_version_there_is_no_champion(client):
    answer = client.get("/api/v1/models/champion")

    assert answer.status_code == 404
    assert answer.json["error"] == "NotFound"


def test_the_live_version_is_public(client, publish):
    publish(1, says=7)

    shown = client.get("/api/v1/models/champion").json

    assert shown["version"] == 1
    assert shown["status"] == "live"
    assert shown["scores"]["mnist_test"] == {"accuracy": 0.995, "n_correct": 9950, "n": 10_000}


def test_versions_are_listed_newest_first_with_their_status(admin, publish):
    publish(1, says=1)
    publish(2, says=2)
    publish(3, says=3, is_live=False)

    items = admin.get("/api/v1/models").json["items"]

    assert [(item["version"], item["status"]) for item in items] == [
        (3, "held"),
        (2, "live"),
        (1, "retired"),
    ]


def test_versions_are_paged(admin, publish):
    for number in (1, 2, 3):
        publish(number, says=number)

    first = admin.get("/api/v1/models?limit=2").json
    second = admin.get(f"/api/v1/models?limit=2&after={first['next']}").json

    assert [item["version"] for item in first["items"] + second["items"]] == [3, 2, 1]
    assert second["next"] is None


def test_one_version_is_shown_and_an_unknown_one_is_not_found(admin, publish):
    publish(1, says=1)

    assert admin.get("/api/v1/models/1").json["network"] == "small"
    assert admin.get("/api/v1/models/2").status_code == 404


def test_one_version_has_the_facts_of_its_training(admin, publish):
    publish(1, says=1, n_parameters=84_410, recipe={"epochs": 6}, seed=3, temperature=1.1)

    about = admin.get("/api/v1/models/1").json["about"]

    assert {name: about[name] for name in ("n_parameters", "recipe", "seed", "temperature")} == {
        "n_parameters": 84_410,
        "recipe": {"epochs": 6},
        "seed": 3,
        "temperature": 1.1,
    }
    assert "about" not in admin.get("/api/v1/models").json["items"][0]


def test_a_versions_files_are_downloaded_unchanged(admin, publish, parts):
    publish(1, says=1)

    answer = admin.get("/api/v1/models/1/files/model.onnx")

    assert answer.data == version_file(parts.store, 1, "model.onnx").read_bytes()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="v0001-model.onnx"'


def test_other_files_are_not_found(admin, publish):
    publish(1, says=1)

    assert admin.get("/api/v1/models/1/files/inkloop.db").status_code == 404
    assert admin.get("/api/v1/models/2/files/model.onnx").status_code == 404
