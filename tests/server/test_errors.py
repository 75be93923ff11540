"""All errors have one JSON shape: a class, and a message that says what to do."""

import json

import pytest
import structlog
from urllib3 import encode_multipart_formdata

from core.base import errors
from core.base.errors import InkloopError
from server.errors import STATUS, status_of
from tests.server.shapes import drawing, strokes

URL = "/api/v1/predictions"


def post(client, body: bytes, content_type: str = "application/json"):
    return client.post(URL, data=body, content_type=content_type)


@pytest.mark.parametrize(
    ("method", "url", "status", "name"),
    [
        ("GET", "/api/v1/nothing", 404, "NotFound"),
        ("GET", "/nothing", 404, "NotFound"),
        ("DELETE", "/api/v1/me", 405, "MethodNotAllowed"),
        ("GET", "/api/v1/runs/99", 404, "NotFound"),
        ("GET", "/api/v1/runs?limit=0", 422, "InvalidInput"),
        ("GET", "/api/v1/runs?limits=5", 422, "InvalidInput"),
        ("GET", "/api/v1/runs?limit=5&limit=6", 422, "InvalidInput"),
        ("GET", "/api/v1/runs?after=%00", 422, "InvalidInput"),
    ],
)
def test_errors_have_one_shape(client, method, url, status, name):
    answer = client.open(url, method=method)

    assert answer.status_code == status
    assert answer.json["error"] == name
    assert len(answer.json["message"]) > 10


@pytest.mark.parametrize("number", ["9" * 19, "9" * 30, "9" * 5000], ids=len)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/models/{}"),
        ("GET", "/api/v1/contributors/{}/erasure"),
        ("POST", "/api/v1/contributors/{}/erasure"),
        ("DELETE", "/api/v1/tokens/{}"),
    ],
)
def test_a_number_too_large_for_the_database_is_not_found(admin, method, path, number):
    answer = admin.open(path.format(number), method=method)

    assert (answer.status_code, answer.json["error"]) == (404, "NotFound")


def test_a_wrong_method_gets_the_allowed_ones(client):
    answer = client.delete("/api/v1/me")

    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("body", [b"", b"nonsense", b"\xff\xfe", b"{", b"[]", b'"text"', b"7"])
def test_only_a_json_object_is_accepted(client, body):
    answer = post(client, body)

    assert answer.status_code == 422
    assert "JSON" in answer.json["message"]


def test_deep_nesting_is_refused(client):
    answer = post(client, b'{"strokes":' + b"[" * 200_000 + b"]" * 200_000 + b"}")

    assert answer.status_code == 422


def test_json_of_another_content_type_is_refused(client):
    answer = post(client, json.dumps(strokes()).encode(), content_type="text/plain")

    assert answer.status_code == 415
    assert "application/json" in answer.json["message"]


def test_json_over_a_megabyte_is_refused(client):
    answer = post(client, b" " * 1_000_001)

    assert answer.status_code == 413
    assert answer.json["error"] == "TooLarge"


def test_a_body_over_ten_megabytes_is_refused(client):
    answer = client.post(
        "/api/v1/predictions/image",
        data=bytes(10_500_000),
        content_type="multipart/form-data; boundary=x",
    )

    assert answer.status_code == 413
    assert answer.json["error"] == "TooLarge"


def test_a_form_of_many_parts_is_refused(client):
    """Each part costs the parser time; CVE-2023-25577 used thousands of them."""
    body, content_type = encode_multipart_formdata([(f"part {n}", "x") for n in range(11)])

    answer = client.post("/api/v1/predictions/image", data=body, content_type=content_type)

    assert (answer.status_code, answer.json["error"]) == (413, "TooLarge")


@pytest.mark.parametrize(
    "points",
    ["NaN", "Infinity", "1e999", '"7"', "true", "null", "{}"],
)
def test_points_must_be_finite_numbers(client, publish, points):
    publish(1, says=7)

    answer = post(client, f'{{"strokes":[[[1,{points}]]],"width":9,"height":9}}'.encode())

    assert answer.status_code == 422


@pytest.mark.parametrize("side", [0, -1, 1e9, "280", True, None])
def test_an_invalid_canvas_size_is_refused(client, publish, side):
    publish(1, says=7)

    assert client.post(URL, json=strokes() | {"width": side}).status_code == 422


def test_unknown_fields_are_named(client):
    answer = client.post(URL, json=strokes() | {"colour": "red"})

    assert answer.status_code == 422
    assert "colour" in answer.json["message"]


@pytest.mark.parametrize("label", ["7", True, 7.0, 10, -1, None, [7]])
def test_only_whole_numbers_from_0_to_9_are_labels(client, label):
    answer = client.post("/api/v1/drawings", json=drawing(label=label))

    assert answer.status_code == 422
    assert "label" in answer.json["message"]


def test_a_label_written_7_point_0_is_refused(client):
    text = json.dumps(drawing(label=7)).replace('"label": 7', '"label": 7.0')

    answer = client.post("/api/v1/drawings", data=text, content_type="application/json")

    assert answer.status_code == 422


def test_an_unexpected_error_is_a_bare_500(app, client, monkeypatch):
    def bug(*_):
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("server.api.stats.routes.version_queries.champion", bug)
    app.testing = False

    answer = client.get("/api/v1/stats")

    assert answer.status_code == 500
    assert answer.json["error"] == "InternalError"
    assert "secret detail" not in answer.text


def test_an_unexpected_error_is_raised_under_testing(client, monkeypatch):
    def bug(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("server.api.stats.routes.version_queries.champion", bug)

    with pytest.raises(ZeroDivisionError):
        client.get("/api/v1/stats")


def test_every_error_that_a_route_can_raise_has_a_status():
    internal = {errors.InkloopError, errors.DataError, errors.LeaseLost, errors.Cancelled}
    internal.add(errors.SettingsError)
    kinds = {kind for kind in vars(errors).values() if isinstance(kind, type)}
    ours = {kind for kind in kinds if issubclass(kind, InkloopError)} - internal

    unmapped = {kind for kind in ours if not any(parent in STATUS for parent in kind.__mro__)}

    assert unmapped == set()


def test_an_unlisted_error_is_500():
    assert status_of(errors.LeaseLost("…")) == 500


@pytest.mark.parametrize("what", ["runs", "transfers"])
def test_an_impossible_row_number_is_not_found(admin, what):
    assert admin.get(f"/api/v1/{what}/{10**20}").status_code == 404


def test_an_unexpected_error_is_logged_in_full_and_not_shown(app, client, monkeypatch):
    def broken(*_given, **_named):
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr("core.storage.counters.totals", broken)
    app.testing = False

    with structlog.testing.capture_logs() as lines:
        answer = client.get("/api/v1/stats")

    assert (answer.status_code, answer.json["error"]) == (500, "InternalError")
    assert "swordfish" not in answer.text
    (line,) = [line for line in lines if line["event"] == "unexpected error"]
    assert "swordfish" in str(line["exc_info"])
