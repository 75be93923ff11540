"""Maps: the sample, the vote of neighbours, the layout, and the process."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from core.base.kinds import DrawingStatus, MapSource
from core.storage.database import Database
from core.storage.model_store import ModelStore
from core.storage.tables import Contributor, DigitMap, Embedding
from core.symbols.digits import DIGITS
from core.symbols.digits.mnist import idx_bytes
from core.versions import maps
from tests.conftest import NOW
from tests.server import small_models
from tests.support.factories import make_drawing
from tests.support.running import wait_until
from trainer.map import sample as map_sample
from trainer.map.embed import TooFewPoints, lay_out, make_map, vote
from trainer.map.maker import POLL_SECONDS, TRIES, MapMaker
from trainer.map.sample import balanced, fair_drawings
from trainer.process.job import RunQueue
from trainer.process.main import LazyPipeline, _serve, stopping_the_map_first


@pytest.fixture
def world(settings):
    """Version 1 is live; twelve reference images and twelve drawings, half 3, half 8."""
    settings.mnist_cache.mkdir(parents=True)
    rng = np.random.default_rng(1)
    threes, eights = rng.integers(0, 40, (2, 12, 28, 28), np.uint8)
    threes[:, :14] += 200
    eights[:, 14:] += 200
    inks = np.concatenate([threes, eights])
    labels = np.repeat(np.array([3, 8], np.uint8), 12)
    for name, array in (("images-idx3", inks[::2]), ("labels-idx1", labels[::2])):
        (settings.mnist_cache / f"t10k-{name}-ubyte").write_bytes(idx_bytes(array))
    database = Database(settings)
    with database.write() as session:
        small_models.publish(ModelStore(settings.models_dir), session, 1, says=3)
        for ink, label in zip(inks[1::2], labels[1::2], strict=True):
            make_drawing(session, ink=ink.tobytes(), label=int(label))
    yield database
    database.dispose()


@pytest.fixture
def session(database):
    """A transaction on an empty instance."""
    with database.write() as session:
        yield session


def _rows(database):
    with database.read() as session:
        return session.scalars(select(Embedding).order_by(Embedding.place)).all()


def test_the_reference_sample_is_balanced_and_deterministic():
    labels = np.random.default_rng(0).integers(0, 10, 1000).astype(np.uint8)

    chosen = balanced(labels, 200, DIGITS)

    assert np.bincount(labels[chosen]).tolist() == [20] * 10
    assert (chosen == balanced(labels, 200, DIGITS)).all()


def test_contributors_with_many_drawings_do_not_displace_others(session):
    alice = [make_drawing(session, contributor="alice").number for _ in range(20)]
    bob = [make_drawing(session, contributor="bob").number for _ in range(2)]
    carol = [make_drawing(session, contributor="carol").number]

    numbers = [number for number, _, _ in fair_drawings(session, 6)]

    assert numbers == [*alice[-3:], *bob, *carol]


def test_rejected_drawings_and_blocked_contributors_are_excluded(session):
    kept = make_drawing(session, contributor="alice")
    make_drawing(session, contributor="alice").status = DrawingStatus.REJECTED
    make_drawing(session, contributor="bob")
    session.get_one(Contributor, "bob").blocked_at = NOW

    assert [number for number, _, _ in fair_drawings(session, 10)] == [kept.number]


def _two_clusters(n=40):
    rng = np.random.default_rng(4)
    features = rng.normal(0, 1, (2 * n, 8)).astype(np.float32)
    features[n:] += 6
    return features, np.repeat(np.array([3, 8], np.uint8), n)


def test_a_wrong_label_does_not_change_the_vote_of_its_neighbours():
    features, labels = _two_clusters()
    wrong = labels.copy()
    wrong[5] = 8

    around = vote(features, wrong, DIGITS)

    assert (around.near_label_N == labels).all()
    assert around.depth_N[5] > 0.3


def test_depth_rises_towards_the_centre_of_a_cluster():
    features, labels = _two_clusters()
    features[0] = features[1:40].mean(axis=0)
    features[1] = features[0] + (features[40:].mean(axis=0) - features[0]) * 0.4

    around = vote(features, labels, DIGITS)

    assert around.depth_N[0] > around.depth_N[1]


def test_the_layout_is_deterministic():
    features, _ = _two_clusters(20)
    nowhere = np.full((40, 2), np.nan, np.float32)

    first = lay_out(features, nowhere)

    assert (first == lay_out(features, nowhere)).all()
    assert np.abs(first).max() == pytest.approx(1)


def test_a_layout_from_an_earlier_one_keeps_clusters_in_place():
    rng = np.random.default_rng(4)
    crowds = [rng.normal(middle, 1, (40, 8)) for middle in rng.normal(0, 4, (6, 8))]
    features = np.concatenate(crowds).astype(np.float32)
    earlier = -lay_out(features, np.full((240, 2), np.nan, np.float32))
    earlier[3] = np.nan  # a new point

    again = lay_out(features, earlier)

    moved = np.linalg.norm(_middles(again) - _middles(earlier), axis=1)
    assert moved.max() < 0.3
    assert np.linalg.norm(again[3] - _middles(again)[0]) < 0.2


def _middles(xy):
    return np.nanmean(xy.reshape(6, 40, 2), axis=1)


def test_a_map_contains_reference_images_and_drawings_with_predictions(settings, world):
    make_map(settings, world, 1)

    rows = _rows(world)
    assert [row.source for row in rows] == [MapSource.MNIST] * 12 + [MapSource.DRAWING] * 12
    assert {row.predicted for row in rows} == {3}
    with world.read() as session:
        row = session.get_one(DigitMap, 1)
    assert (row.newest_number, row.started_at) == (12, None)
    assert row.seconds > 0


def test_without_the_reference_set_a_map_contains_drawings_only(settings, world):
    for path in settings.mnist_cache.iterdir():
        path.unlink()

    make_map(settings, world, 1)

    assert {row.source for row in _rows(world)} == {MapSource.DRAWING}


def test_too_few_points_are_refused_with_both_numbers(settings, world, monkeypatch):
    monkeypatch.setattr(map_sample, "N_REFERENCE", 0)
    monkeypatch.setattr(map_sample, "N_DRAWINGS", 9)

    with pytest.raises(TooFewPoints, match="10 points and there are 9"):
        make_map(settings, world, 1)


@pytest.mark.slow
def test_a_stopped_map_is_made_by_the_next_idle_trainer(settings, world):
    stopped = MapMaker(settings, world)
    stopped.poll()
    stopped.stop()
    assert _rows(world) == []

    def learn_nothing(claim, progress):
        raise AssertionError("no run was queued")

    run_queue = RunQueue(settings, world, learn_nothing)
    pipeline = LazyPipeline(settings, world, lambda settings, database: learn_nothing)
    map_maker = MapMaker(settings, world)
    thread = threading.Thread(target=_serve, args=(run_queue, pipeline, map_maker))
    thread.start()
    try:
        rows = wait_until(lambda: _rows(world), "the map is made", seconds=60)
    finally:
        run_queue.stop.set()
        thread.join()
        map_maker.stop()
    assert len(rows) == 24


def test_a_run_stops_a_map_in_the_making(settings, world):
    map_maker = MapMaker(settings, world)
    seen = []
    nothing: Any = None

    def learn(claim, progress):
        seen.append(map_maker.is_at_work)

    run_pipeline = stopping_the_map_first(learn, map_maker)
    for _ in range(TRIES + 1):  # a stop is no failure: each poll starts it again
        _poll_now(map_maker)
        assert map_maker.is_at_work
        run_pipeline(nothing, nothing)

    assert seen == [False] * (TRIES + 1)


def test_a_map_process_that_died_before_the_stop_counts_as_failed(settings, world):
    map_maker = MapMaker(settings, world)
    for _ in range(TRIES):
        with world.write() as session:
            maps.begin_map(session, 1, now=NOW)
        _poll_now(map_maker)
        process = map_maker._process
        assert process is not None
        process.kill()
        process.wait()
        map_maker.stop()

    _poll_now(map_maker)

    assert not map_maker.is_at_work
    with world.read() as session:
        assert session.get_one(DigitMap, 1).failure == "died"


def _poll_now(map_maker):
    map_maker._polled_at = -POLL_SECONDS
    map_maker.poll()


@pytest.mark.slow
def test_the_reason_for_a_missing_map_is_recorded(settings, world):
    for path in (*settings.mnist_cache.iterdir(), *settings.models_dir.rglob("model.*.onnx")):
        path.unlink()

    MapMaker(settings, world).make_now()

    with world.read() as session:
        row = session.get_one(DigitMap, 1)
    assert (row.failure, row.started_at) == ("model_file", None)
