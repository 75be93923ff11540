"""Each network except the default is trained, promoted, served and fine-tuned.

Real runs in the tiny world; the server's loader loads their versions.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.base.clock import utc_now
from core.base.settings import Settings
from core.runs import lifecycle as runs
from core.storage import migrate
from core.storage.database import Database
from core.storage.model_store import ModelStore
from core.storage.tables import ModelVersion
from core.symbols.digits import DIGITS
from core.versions import queries as version_queries
from server.serving.predictor import load_model
from tests.conftest import SECRET
from tests.support.factories import make_drawing
from tests.support.tiny_world import FIRST, RUN, SMALL_FIT, easy_digits, tiny_reference
from trainer.learning import familiarity
from trainer.networks.registry import DEFAULT_NETWORK, NETWORKS
from trainer.pipeline.context import TrainerContext
from trainer.pipeline.run import run_pipeline
from trainer.process.job import RunQueue
from trainer.process.schedule import queue_first_run

pytestmark = pytest.mark.slow

RECIPE = replace(FIRST, learning_rate=0.004)
"""A learning rate that suits networks without batch norm."""

SHORT = replace(RUN, min_steps=20)


@pytest.fixture(scope="module", autouse=True)
def small_fit() -> Iterator[None]:
    """Fit the familiarity on a few hundred images of each kind: enough in the tiny world."""
    with pytest.MonkeyPatch.context() as patch:
        for name, n in SMALL_FIT.items():
            patch.setattr(familiarity, name, n)
        yield


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An empty instance."""
    settings = Settings.from_env({}, instance=tmp_path / "instance", secret_key=SECRET)
    migrate.upgrade(settings)
    return settings.model_copy(update={"train_threads": 1})


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = Database(settings)
    yield database
    database.dispose()


def _queue_with_drawings(database: Database) -> None:
    inks, labels = easy_digits(20, np.random.default_rng(1), slant=0.5)
    with database.write() as session:
        for ink, label in zip(inks, labels, strict=True):
            make_drawing(session, ink=ink.tobytes(), label=int(label))
        runs.queue_run(session, requested_by="user:1", is_forced=True, seed=3, now=utc_now())


OTHERS = tuple(name for name in NETWORKS if name != DEFAULT_NETWORK)


def _run_queue(settings: Settings, database: Database, name: str) -> RunQueue:
    context = TrainerContext(
        settings, database, reference=tiny_reference(), symbols=DIGITS, first_network=name,
        first_recipe=RECIPE, run_config=SHORT,
    )  # fmt: skip
    return RunQueue(settings, database, functools.partial(run_pipeline, context))


def _check_served(settings: Settings, database: Database, version: int, name: str) -> None:
    """Load the version as the server does, and predict the exam."""
    with database.read() as session:
        row = session.get_one(ModelVersion, version)
    store = ModelStore(settings.models_dir)
    model = load_model(store, version, sha256=row.sha256, manifest_sha256=row.manifest_sha256)
    exam = tiny_reference().exam
    assert row.manifest["network"] == name
    assert (model.labels(exam.inks) == exam.labels).mean() >= 0.97


@pytest.mark.parametrize("name", OTHERS)
def test_each_network_goes_live_and_is_served(
    settings: Settings, database: Database, name: str
) -> None:
    queue_first_run(database, utc_now())

    first = _run_queue(settings, database, name).run_next()

    assert first is not None
    assert (first.status, first.message) == ("promoted", None)
    with database.read() as session:
        assert version_queries.live_version(session) == 1
    _check_served(settings, database, 1, name)


@pytest.mark.parametrize("name", ["small", "conv_10_20", "mlp_64"])
def test_other_networks_learn_from_drawings(
    settings: Settings, database: Database, name: str
) -> None:
    queue_first_run(database, utc_now())
    run_queue = _run_queue(settings, database, name)
    run_queue.run_next()
    _queue_with_drawings(database)

    second = run_queue.run_next()

    assert second is not None
    assert (second.status, second.version) in [("promoted", 2), ("held", 2)], second.message
    _check_served(settings, database, 2, name)
