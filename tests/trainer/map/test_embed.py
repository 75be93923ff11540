"""Maps: who is on them, who lies among whom, and where."""

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
from core.symbols.digits.mnist import idx_bytes
from core.versions import maps
from tests.conftest import NOW
from tests.server import small_models
from tests.support.factories import make_drawing
from tests.support.running import wait_until
from trainer.__main__ import Steps, _serve, without_a_map_beside
from trainer.map import sample as map_sample
from trainer.map.embed import TooFewPoints, lay_out, make_map, vote
from trainer.map.maker import LOOK_SECONDS, TRIES, MapMaker
from trainer.map.sample import balanced, fair_drawings
from trainer.process.job import Desk


@pytest.fixture
def world(settings):
    """Version 1 is live; twelve digits of a small MNIST and twelve drawings, half 3, half 8."""
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


def test_the_sample_of_mnist_has_as_many_of_each_digit_and_is_the_same_at_every_call():
    labels = np.random.default_rng(0).integers(0, 10, 1000).astype(np.uint8)

    chosen = balanced(labels, 200)

    assert np.bincount(labels[chosen]).tolist() == [20] * 10
    assert (chosen == balanced(labels, 200)).all()


def test_whoever_draws_most_does_not_crowd_out_the_others(session):
    alice = [make_drawing(session, contributor="alice").number for _ in range(20)]
    bob = [make_drawing(session, contributor="bob").number for _ in range(2)]
    carol = [make_drawing(session, contributor="carol").number]

    numbers = [number for number, _, _ in fair_drawings(session, 6)]

    assert numbers == [*alice[-3:], *bob, *carol]


def test_what_was_rejected_and_whoever_is_blocked_is_left_out(session):
    kept = make_drawing(session, contributor="alice")
    make_drawing(session, contributor="alice").status = DrawingStatus.REJECTED
    make_drawing(session, contributor="bob")
    session.get_one(Contributor, "bob").blocked_at = NOW

    assert [number for number, _, _ in fair_drawings(session, 10)] == [kept.number]


def _two_crowds(n=40):
    rng = np.random.default_rng(4)
    features = rng.normal(0, 1, (2 * n, 8)).astype(np.float32)
    features[n:] += 6
    return features, np.repeat(np.array([3, 8], np.uint8), n)


def test_a_wrong_label_lies_among_others_and_the_right_ones_among_their_own():
    features, labels = _two_crowds()
    wrong = labels.copy()
    wrong[5] = 8

    among = vote(features, wrong)

    assert (among.near_label_N == labels).all()
    assert among.depth_N[5] > 0.3


def test_the_deeper_in_the_crowd_the_higher_is_the_depth():
    features, labels = _two_crowds()
    features[0] = features[1:40].mean(axis=0)
    features[1] = features[0] + (features[40:].mean(axis=0) - features[0]) * 0.4

    among = vote(features, labels)

    assert among.depth_N[0] > among.depth_N[1]


def test_the_layout_is_the_same_for_the_same_features():
    features, _ = _two_crowds(20)
    nowhere = np.full((40, 2), np.nan, np.float32)

    first = lay_out(features, nowhere)

    assert (first == lay_out(features, nowhere)).all()
    assert np.abs(first).max() == pytest.approx(1)


def test_a_layout_that_starts_from_the_one_before_keeps_the_crowds_in_their_places():
    rng = np.random.default_rng(4)
    crowds = [rng.normal(middle, 1, (40, 8)) for middle in rng.normal(0, 4, (6, 8))]
    features = np.concatenate(crowds).astype(np.float32)
    earlier = -lay_out(features, np.full((240, 2), np.nan, np.float32))
    earlier[3] = np.nan  # a new one

    again = lay_out(features, earlier)

    moved = np.linalg.norm(_middles(again) - _middles(earlier), axis=1)
    assert moved.max() < 0.3
    assert np.linalg.norm(again[3] - _middles(again)[0]) < 0.2


def _middles(xy):
    return np.nanmean(xy.reshape(6, 40, 2), axis=1)


def test_a_map_holds_the_samples_and_the_drawings_with_what_was_read(settings, world):
    make_map(settings, world, 1)

    rows = _rows(world)
    assert [row.source for row in rows] == [MapSource.MNIST] * 12 + [MapSource.DRAWING] * 12
    assert {row.predicted for row in rows} == {3}
    with world.read() as session:
        row = session.get_one(DigitMap, 1)
    assert (row.newest_number, row.started_at) == (12, None)
    assert row.seconds > 0


def test_without_mnist_the_map_has_the_drawings(settings, world):
    for path in settings.mnist_cache.iterdir():
        path.unlink()

    make_map(settings, world, 1)

    assert {row.source for row in _rows(world)} == {MapSource.DRAWING}


def test_too_few_points_are_refused_in_words(settings, world, monkeypatch):
    monkeypatch.setattr(map_sample, "N_MNIST", 0)
    monkeypatch.setattr(map_sample, "N_DRAWINGS", 9)

    with pytest.raises(TooFewPoints, match="10 points and there are 9"):
        make_map(settings, world, 1)


@pytest.mark.slow
def test_a_map_that_is_broken_off_is_made_by_the_next_trainer_while_it_has_no_run(settings, world):
    broken_off = MapMaker(settings, world)
    broken_off.look()
    broken_off.stop()
    assert _rows(world) == []

    def learn_nothing(claim, progress):
        raise AssertionError("nobody asked for a run")

    desk = Desk(settings, world, learn_nothing)
    steps = Steps(settings, world, lambda settings, database: learn_nothing)
    map_maker = MapMaker(settings, world)
    thread = threading.Thread(target=_serve, args=(desk, steps, map_maker))
    thread.start()
    try:
        rows = wait_until(lambda: _rows(world), "the map is made", seconds=60)
    finally:
        desk.stop.set()
        thread.join()
        map_maker.stop()
    assert len(rows) == 24


def test_a_run_begins_only_when_no_map_is_in_its_way(settings, world):
    map_maker = MapMaker(settings, world)
    seen = []
    nothing: Any = None

    def learn(claim, progress):
        seen.append(map_maker.is_at_work)

    carry_out = without_a_map_beside(learn, map_maker)
    for _ in range(TRIES + 1):  # being broken off is no failure: it is begun again each time
        _look_now(map_maker)
        assert map_maker.is_at_work
        carry_out(nothing, nothing)

    assert seen == [False] * (TRIES + 1)


def test_a_map_that_died_before_it_was_broken_off_has_failed(settings, world):
    map_maker = MapMaker(settings, world)
    for _ in range(TRIES):
        with world.write() as session:
            maps.begin_map(session, 1, now=NOW)
        _look_now(map_maker)
        process = map_maker._process
        assert process is not None
        process.kill()
        process.wait()
        map_maker.stop()

    _look_now(map_maker)

    assert not map_maker.is_at_work
    with world.read() as session:
        assert session.get_one(DigitMap, 1).failure == "died"


def _look_now(map_maker):
    map_maker._looked_at = -LOOK_SECONDS
    map_maker.look()


@pytest.mark.slow
def test_a_map_that_cannot_be_made_says_why(settings, world):
    for path in (*settings.mnist_cache.iterdir(), *settings.models_dir.rglob("model.*.onnx")):
        path.unlink()

    MapMaker(settings, world).make_now()

    with world.read() as session:
        row = session.get_one(DigitMap, 1)
    assert (row.failure, row.started_at) == ("model_file", None)
