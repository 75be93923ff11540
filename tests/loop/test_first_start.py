"""From an empty instance to a live model."""

from __future__ import annotations

from sqlalchemy import select

from core.base.kinds import MapSource
from core.base.settings import Settings
from core.storage.database import Database
from core.storage.tables import Embedding
from tests.support.first_model import FirstModel


def test_the_server_answers_within_five_seconds(first_model: FirstModel) -> None:
    assert first_model.start.seconds_to_healthz <= 5


def test_the_first_model_is_live_in_time(first_model: FirstModel) -> None:
    """The aim is a minute, which `make bench NAME=loop` measures on an idle machine. On a shared
    machine the same start took 40, 50 and 68 seconds in one day, with two cores each time."""
    assert first_model.start.seconds_to_live <= 120


def test_the_first_model_reaches_an_accuracy_of_994_in_1000(first_model: FirstModel) -> None:
    assert first_model.start.accuracy >= 0.994


def test_the_first_model_has_a_map(first_model: FirstModel) -> None:
    database = Database(Settings.from_env({}, instance=first_model.instance))
    with database.read() as session:
        rows = session.scalars(select(Embedding)).all()
    database.dispose()

    assert {row.source for row in rows} == {MapSource.MNIST}
    assert len(rows) == 1_500
    n_among_their_own = sum(row.near_label == row.predicted for row in rows)
    assert n_among_their_own >= 1_470  # 1,497 measured
