"""A worker follows promotions, and never serves a damaged version."""

import threading

import pytest

from core.base.clock import utc_now
from core.versions.lifecycle import promote as promote_row
from server.app import create_app, make_services
from server.background.tasks import Background
from server.services import EXTENSION
from server.serving import live_model
from tests.conftest import NOW
from tests.server import small_models
from tests.server.shapes import strokes
from tests.support.running import wait_until
from tests.support.stored import version_file

URL = "/api/v1/predictions"


def version(client) -> int:
    return client.post(URL, json=strokes()).json["model_version"]


@pytest.fixture
def break_file(parts):
    """Change one byte of a version's file."""

    def _break(number: int, name: str = "model.onnx") -> None:
        path = version_file(parts.store, number, name)
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)

    return _break


@pytest.fixture
def promote_unseen(parts):
    """Store a promotion without a poll of any worker."""

    def _promote(number: int) -> None:
        with parts.database.write() as session:
            promote_row(session, number, kind="gate", reason="it passed", by="gate", now=NOW)

    return _promote


def test_a_promotion_is_served_after_the_next_poll(client, publish):
    publish(1, says=7)
    before = version(client)

    publish(2, says=3)

    assert (before, version(client)) == (1, 2)


def test_the_background_thread_follows_promotions(client, parts, publish, promote_unseen):
    publish(1, says=7)
    publish(2, says=3, is_live=False)
    background = Background(parts)

    background.start()
    promote_unseen(2)

    try:
        wait_until(lambda: version(client) == 2, "version 2 answers", seconds=3)
    finally:
        background.stop()


def test_a_worker_has_its_model_before_its_first_request(parts, publish):
    publish(1, says=7)
    fresh = make_services(parts.settings)
    background = Background(fresh)

    background.start()

    assert fresh.live.current is not None
    background.stop()
    fresh.database.dispose()
    fresh.shared_state.dispose()


def test_a_worker_starts_before_its_database_has_tables(tmp_path, settings):
    fresh = make_services(settings.model_copy(update={"instance": tmp_path / "empty"}))
    background = Background(fresh)

    background.start()

    assert fresh.live.current is None
    background.stop()
    fresh.database.dispose()
    fresh.shared_state.dispose()


@pytest.mark.parametrize("name", ["model.onnx", "manifest.json"])
def test_a_file_with_a_changed_byte_is_not_served(
    client, parts, publish, promote_unseen, break_file, name
):
    publish(1, says=7)
    publish(2, says=3, is_live=False)
    break_file(2, name)

    promote_unseen(2)
    parts.live.look()

    assert version(client) == 1


def test_a_version_that_fails_its_golden_digits_is_not_served(client, publish, parts):
    publish(1, says=7)
    golden = small_models.manifest(2, small_models.model_bytes(3))["golden"]
    golden["probabilities"][0] = [0.1] * 10

    publish(2, says=3, golden=golden)

    assert version(client) == 1
    assert "golden digits" in parts.live.problem


@pytest.mark.parametrize("golden", [{}, {"inks": "!", "labels": [], "probabilities": []}, None])
def test_a_version_without_golden_digits_is_not_served(client, publish, golden):
    publish(1, says=7)

    publish(2, says=3, golden=golden)

    assert version(client) == 1


def test_a_file_that_is_no_model_is_not_served(client, publish, parts, monkeypatch):
    publish(1, says=7)
    described = small_models.manifest(2, small_models.model_bytes(3))
    monkeypatch.setattr(small_models, "manifest", lambda *_: described)
    monkeypatch.setattr(small_models, "model_bytes", lambda _: b"no model at all")

    publish(2, says=3)

    assert version(client) == 1
    assert "cannot be run" in parts.live.problem


def test_readyz_reports_the_problem_while_the_last_good_version_serves(
    client, parts, publish, promote_unseen, break_file
):
    publish(1, says=7)
    publish(2, says=3, is_live=False)
    break_file(2)
    promote_unseen(2)
    parts.live.look()

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json["status"] == "degraded"
    assert "version 2" in answer.json["problems"][0]
    assert answer.json["version"] == 1


def test_a_new_worker_falls_back_to_the_last_good_version(
    parts, publish, promote_unseen, break_file
):
    publish(1, says=7)
    publish(2, says=3, is_live=False)
    break_file(2)
    promote_unseen(2)

    fresh = make_services(parts.settings)
    fresh.live.look()

    assert fresh.live.current is not None
    assert fresh.live.current.version == 1
    assert "version 2" in str(fresh.live.problem)
    fresh.database.dispose()
    fresh.shared_state.dispose()


def test_a_restored_file_is_served_without_a_restart(
    client, parts, publish, promote_unseen, break_file, monkeypatch
):
    monkeypatch.setattr(live_model, "RETRY_SECONDS", 0.0)
    publish(1, says=7)
    publish(2, says=3, is_live=False)
    break_file(2)
    promote_unseen(2)
    parts.live.look()

    break_file(2)  # flips the same bit back
    parts.live.look()

    assert version(client) == 2
    assert parts.live.problem is None


def test_rollback_uses_the_cached_version(client, parts, publish, promote_unseen, break_file):
    publish(1, says=7)
    publish(2, says=3)
    break_file(1)

    promote_unseen(1)
    parts.live.look()

    assert version(client) == 1


def test_predictions_are_refused_if_every_version_is_damaged(parts, publish, break_file):
    publish(1, says=7)
    break_file(1)

    app = create_app(parts.settings)
    app.extensions[EXTENSION].live.look()
    answer = app.test_client().post(URL, json=strokes())

    assert answer.status_code == 503
    assert "version 1" in answer.text
    assert app.test_client().get("/readyz").status_code == 503


def test_each_worker_reports_its_version(parts, publish):
    publish(1, says=7)

    (worker,) = parts.shared_state.workers(now=utc_now())

    assert worker.version == 1
    assert worker.problem is None


def test_a_hundred_swaps_under_load_fail_no_request(client, app, parts, publish):
    publish(1, says=1)
    publish(2, says=2)
    stop = threading.Event()
    seen: list[tuple[int, int, int]] = []

    def ask() -> None:
        mine = app.test_client()
        while not stop.is_set():
            answer = mine.post(URL, json=strokes())
            seen.append((answer.status_code, answer.json["model_version"], answer.json["label"]))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for turn in range(100):
        with parts.database.write() as session:
            promote_row(session, 1 + turn % 2, kind="gate", reason="", by="gate", now=NOW)
        parts.live.look()
    stop.set()
    for thread in threads:
        thread.join()

    # Each answer comes from one version: version 1 reads 1, version 2 reads 2.
    assert {(status, version - label) for status, version, label in seen} == {(200, 0)}
    assert {version for _, version, _ in seen} == {1, 2}
