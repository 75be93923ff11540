"""The OpenAPI document is complete, and answers match it."""

import re

import pytest

from server.api.accounts.schemas import MeOut
from server.api.drawings.schemas import DrawingOut, DrawingWithStrokes, MineOut
from server.api.gallery.schemas import GalleryOut
from server.api.health.schemas import ReadyOut
from server.api.predictions.schemas import PredictionOut
from server.api.runs.schemas import RunDrawingsOut, RunInFull, RunOut, RunsOut
from server.api.schedule.schemas import ScheduleOut
from server.api.stats.schemas import LearnedOut, StatsOut
from server.api.versions.schemas import ModelOut, ModelsOut
from server.api.webhooks.schemas import WebhookOut
from tests.server.access_table import ROWS
from tests.server.shapes import drawing, strokes


@pytest.fixture
def described(client):
    return client.get("/openapi.json").json


def test_the_document_is_openapi_3_1(described):
    assert described["openapi"] == "3.1.0"


def test_every_route_of_the_interface_is_described(described):
    expected = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", row.rule), row.method.lower())
        for row in ROWS
        if row.is_described
    }

    found = {(path, method) for path, item in described["paths"].items() for method in item}

    assert found == expected


def test_every_reference_resolves(described, client):
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', client.get("/openapi.json").text))

    assert names <= described["components"]["schemas"].keys()


def test_body_schemas_are_as_strict_as_validation(described):
    schema = described["components"]["schemas"]["DrawingIn"]

    assert schema["additionalProperties"] is False
    assert schema["properties"]["label"]["maximum"] == 9


def test_swagger_ui_is_served_without_inline_scripts(client):
    page = client.get("/api/docs").text

    assert "<style" not in page
    assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []
    for address in re.findall(r'(?:src|href)="(/api/docs/[^"]+)"', page):
        assert client.get(address).status_code == 200


def test_other_files_of_the_package_are_not_served(client):
    assert client.get("/api/docs/plugins.py").status_code == 404


@pytest.mark.parametrize(
    ("method", "url", "model"),
    [
        ("GET", "/api/v1/stats", StatsOut),
        ("GET", "/api/v1/me", MeOut),
        ("GET", "/api/v1/learned", LearnedOut),
        ("GET", "/api/v1/schedule", ScheduleOut),
        ("GET", "/api/v1/drawings/mine", MineOut),
        ("GET", "/api/v1/drawings", GalleryOut),
        ("GET", "/api/v1/models", ModelsOut),
        ("GET", "/api/v1/models/champion", ModelOut),
        ("POST", "/api/v1/runs", RunOut),
        ("GET", "/api/v1/runs", RunsOut),
        ("GET", "/api/v1/runs/1", RunInFull),
        ("GET", "/api/v1/runs/1/drawings", RunDrawingsOut),
        ("GET", "/api/v1/webhook", WebhookOut),
        ("GET", "/readyz", ReadyOut),
    ],
)
def test_answers_match_their_schemas(admin, publish, method, url, model):
    publish(1, says=7)
    admin.post("/api/v1/drawings", json=drawing(prediction={"label": 7, "model_version": 1}))
    admin.post("/api/v1/runs")

    answer = admin.open(url, method=method)

    model.model_validate_json(answer.data)


def test_predictions_and_drawings_match_their_schemas(client, publish):
    publish(1, says=7)

    read = client.post("/api/v1/predictions", json=strokes())
    stored = client.post("/api/v1/drawings", json=drawing())
    shown = client.get(f"/api/v1/drawings/{stored.json['id']}")

    PredictionOut.model_validate_json(read.data)
    DrawingOut.model_validate_json(stored.data)
    DrawingWithStrokes.model_validate_json(shown.data)
