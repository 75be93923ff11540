"""The map of a version."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from core.base.clock import utc_now
from core.base.kinds import MapSource
from core.drawings.erasing import erase_numbers
from core.drawings.lifecycle import quarantine
from core.symbols.digits.mnist import idx_bytes
from core.versions import maps
from server.api.maps.sentences import FAILURES, failure_sentence
from tests.conftest import NOW
from tests.support.factories import make_drawing, make_version

IMAGES = np.repeat(np.arange(10, dtype=np.uint8), 784).reshape(10, 28, 28)


@pytest.fixture
def mapped(parts):
    """Version 1 with a map of MNIST image 4 and two drawings, a 7 and a 1 that it reads as 7."""
    parts.settings.mnist_cache.mkdir()
    for name, array in (("images-idx3", IMAGES), ("labels-idx1", IMAGES[:, 0, 0])):
        (parts.settings.mnist_cache / f"t10k-{name}-ubyte").write_bytes(idx_bytes(array))
    with parts.database.write() as session:
        make_version(session, 1)
        drawn = [
            make_drawing(session, label=label, ink=bytes([50 + label] * 784)) for label in (7, 1)
        ]
        points = [
            maps.Point(MapSource.MNIST, 4, 0, -1.0, 0.25, 4, 4, 0.5),
            *(
                maps.Point(MapSource.DRAWING, one.number, place, 0.5, 1.0, 7, 7, 0.875)
                for place, one in enumerate(drawn, start=1)
            ),
        ]
        maps.begin_map(session, 1, now=NOW)
        newest = drawn[-1].number
        maps.finish_map(session, 1, points, newest_number=newest, seconds=2.5, now=NOW)
        return [(one.number, one.id) for one in drawn]


def _erase(parts, number):
    with parts.database.write() as session:
        erase_numbers(session, [number], now=NOW)


def test_the_live_versions_map_has_all_points(reviewer, mapped):
    shown = reviewer.get("/api/v1/map").json

    assert (shown["version"], shown["live_version"], shown["seconds"]) == (1, 1, 2.5)
    assert shown["mnist"] == {
        "place": [0],
        "x": [-10_000],
        "y": [2_500],
        "label": [4],
        "predicted": [4],
        "near_label": [4],
        "depth": [500],
        "index": [4],
    }
    assert shown["drawings"]["id"] == [drawing_id for _, drawing_id in mapped]
    assert shown["drawings"]["label"] == [7, 1]
    assert shown["drawings"]["depth"] == [875, 875]


def test_an_older_map_shows_present_labels(reviewer, mapped):
    reviewer.patch(f"/api/v1/drawings/{mapped[1][1]}", json={"label": 7})

    assert reviewer.get("/api/v1/map").json["drawings"]["label"] == [7, 7]


def test_the_inks_are_in_the_order_of_the_places(reviewer, mapped):
    answer = reviewer.get("/api/v1/map/inks", headers={"Accept-Encoding": "identity"})

    assert answer.data == bytes([4] * 784 + [57] * 784 + [51] * 784)


def test_the_inks_are_compressed(reviewer, mapped):
    answer = reviewer.get("/api/v1/map/inks", headers={"Accept-Encoding": "gzip"})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(gzip.decompress(answer.data)) == 3 * 784


@pytest.mark.parametrize("path", ["/api/v1/map", "/api/v1/map/inks", "/api/v1/maps"])
def test_an_unchanged_map_is_not_sent_again(reviewer, mapped, path):
    tag = reviewer.get(path).headers["ETag"]

    assert reviewer.get(path, headers={"If-None-Match": tag}).status_code == 304


def test_an_erased_drawing_leaves_zeros_in_its_place(parts, reviewer, mapped):
    _erase(parts, mapped[0][0])

    assert reviewer.get("/api/v1/map").json["drawings"]["place"] == [2]
    inks = reviewer.get("/api/v1/map/inks", headers={"Accept-Encoding": "identity"}).data
    assert inks == bytes([4] * 784 + [0] * 784 + [51] * 784)


def test_deleted_drawings_are_hidden_and_quarantined_ones_are_shown(parts, reviewer, mapped):
    with parts.database.write() as session:
        quarantine(session, [mapped[1][0]])

    reviewer.delete(f"/api/v1/drawings/{mapped[0][1]}")

    assert reviewer.get("/api/v1/map").json["drawings"]["id"] == [mapped[1][1]]


def test_the_map_counts_drawings_that_arrived_since(parts, reviewer, mapped):
    with parts.database.write() as session:
        make_drawing(session)

    assert reviewer.get("/api/v1/map").json["n_since"] == 1


def test_without_a_version_the_answer_says_when_there_will_be_a_map(reviewer):
    answer = reviewer.get("/api/v1/map")

    assert answer.status_code == 404
    assert answer.json["message"].startswith("no version is live yet")


def test_while_a_map_is_made_the_answer_has_its_progress(parts, reviewer):
    with parts.database.write() as session:
        make_version(session, 1)
        maps.begin_map(session, 1, now=utc_now())

    answer = reviewer.get("/api/v1/map")

    assert (answer.status_code, answer.json["phase"]) == (404, "read")


def test_the_reason_of_a_failed_map_is_returned(parts, reviewer):
    with parts.database.write() as session:
        make_version(session, 1)
        maps.begin_map(session, 1, now=NOW)
        maps.end_attempt(session, 1, "disk")

    assert "the disk is full: free some space" in reviewer.get("/api/v1/map").json["message"]
    maps_json = reviewer.get("/api/v1/maps").json
    assert maps_json["message"].startswith("the disk is full")
    assert maps_json["failure"] == "disk"


def test_every_failure_has_its_own_sentence():
    said = {failure_sentence(kind) for kind in FAILURES}

    assert len(said) == len(FAILURES)


def test_for_a_version_that_is_not_live_the_answer_says_why_there_is_no_map(
    parts, reviewer, mapped
):
    with parts.database.write() as session:
        make_version(session, 2, is_live=False)

    assert "version 2 has no map" in reviewer.get("/api/v1/map?version=2").json["message"]
    assert "no version 9" in reviewer.get("/api/v1/map?version=9").json["message"]


def test_an_admin_requests_a_new_map(parts, admin, mapped):
    answer = admin.post("/api/v1/maps")

    assert (answer.status_code, answer.json["is_owed"]) == (202, True)
    with parts.database.read() as session:
        wanted = maps.wanted(session)
    assert wanted is not None and wanted[0] == 1
    assert admin.get("/api/v1/map").status_code == 200


def test_without_a_version_no_map_can_be_requested(admin):
    assert admin.post("/api/v1/maps").status_code == 409
