"""An instance with content in every view, for the documentation's screenshots."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from sqlalchemy import select

from core.base.clock import utc_now
from core.base.kinds import Dataset, MapSource
from core.base.settings import Settings
from core.storage.database import Database
from core.storage.tables import Drawing, Evaluation, ModelVersion
from core.symbols.digits.mnist import idx_bytes
from core.versions import maps
from tests.browser.prepared import prepare
from tests.browser.test_runs import HELD, add_runs
from tests.support.strokes_from_mnist import SAMPLE

N_TEST = 10_000
N_WRONG, N_GAINED, N_LOST = 50, 5, 14
"""Errors of version 1, and the digits that version 2 gained and lost against it, as in the verdict
of version 2's run."""
APART = 197
N_POINTS = 100


def prepare_pictured(folder: Path) -> Path:
    """Fill an instance: versions 1 (live) and 2 (held), four runs, exams of both, and a map."""
    instance = prepare(folder)
    add_runs(instance)
    settings = Settings.from_env({}, instance=instance)
    with np.load(SAMPLE) as sample:
        images = np.tile(sample["images"], (N_TEST // N_POINTS, 1, 1))
        labels = np.tile(sample["labels"], N_TEST // N_POINTS).astype(np.uint8)
    settings.mnist_cache.mkdir(exist_ok=True)
    for name, array in (("images-idx3", images), ("labels-idx1", labels)):
        (settings.mnist_cache / f"t10k-{name}-ubyte").write_bytes(idx_bytes(array))
    _add_exams(settings, labels)
    _add_map(settings, labels)
    return instance


def _add_exams(settings: Settings, labels: np.ndarray) -> None:
    places = np.arange(N_WRONG + N_LOST) * APART % N_TEST
    misread = {1: places[:N_WRONG], HELD: places[N_GAINED:]}
    database = Database(settings)
    with database.write() as session:
        for version, wrong in misread.items():
            predicted = labels.copy()
            predicted[wrong] = (labels[wrong] + 2 + wrong % 3) % 10
            n_correct = N_TEST - len(wrong)
            score = {"accuracy": n_correct / N_TEST, "n_correct": n_correct, "n": N_TEST}
            row = session.scalars(select(ModelVersion).where(ModelVersion.version == version)).one()
            row.scores = {"mnist_test": score}
            session.add(
                Evaluation(
                    run_id=row.run_id,
                    version=version,
                    dataset=Dataset.MNIST_TEST,
                    n=N_TEST,
                    n_correct=n_correct,
                    predicted=predicted.tobytes(),
                    at=utc_now(),
                )
            )
    database.dispose()


def _add_map(settings: Settings, labels: np.ndarray) -> None:
    """Ten clusters in a ring. The quarantined drawing lies in the next digit's cluster."""
    random = np.random.default_rng(0)

    def near(digit: int) -> tuple[float, float]:
        x, y = random.normal(0, 0.07, 2)
        turn = 2 * math.pi * digit / 10
        return 0.7 * math.cos(turn) + float(x), 0.7 * math.sin(turn) + float(y)

    database = Database(settings)
    with database.write() as session:
        maps.begin_map(session, 1, now=utc_now())
        points = []
        for place in range(N_POINTS):
            label = int(labels[place])
            points.append(
                maps.Point(MapSource.MNIST, place, place, *near(label), label, label, 0.5)
            )
        drawings = session.scalars(select(Drawing).order_by(Drawing.number)).all()
        for place, one in enumerate(drawings, start=N_POINTS):
            is_stray = one.status == "quarantined"
            crowd = (one.label + is_stray) % 10
            points.append(
                maps.Point(MapSource.DRAWING, one.number, place, *near(crowd), 7, crowd, 0.6)
            )
        newest = drawings[-1].number
        maps.finish_map(session, 1, points, newest_number=newest, seconds=4.0, now=utc_now())
    database.dispose()
