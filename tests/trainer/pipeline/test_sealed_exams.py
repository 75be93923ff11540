"""Nothing inside a run looks at what it will be examined by, until there is nothing left to choose.

Whole runs, the first model's and one from drawings, with the exams under seal: reading MNIST's test
set or a holdout drawing raises until the exam papers are handed out, and again once the marks are
given. Between the two nothing learns.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from core.base.clock import utc_now
from core.base.errors import InkloopError
from core.base.kinds import Split
from core.base.settings import Settings
from core.runs import lifecycle as runs
from core.storage import migrate
from core.storage.database import Database
from core.storage.tables import Run
from core.symbols.digits.mnist import Mnist
from tests.conftest import SECRET
from tests.support.factories import make_drawing
from tests.support.tiny_world import FIRST, RUN, easy_digits, tiny_mnist
from trainer.networks.base import DigitNetwork
from trainer.pipeline import evaluate as examine
from trainer.pipeline import run as steps
from trainer.pipeline import train as learn
from trainer.pipeline.context import Workshop
from trainer.pipeline.gather import Drawings, Gathered, gather
from trainer.pipeline.publish import build
from trainer.process.job import Desk
from trainer.process.schedule import queue_first_run

Inks = NDArray[np.uint8]

pytestmark = pytest.mark.slow


class SealBroken(InkloopError):
    """Somebody read an exam before its time."""


@dataclass
class Seal:
    """Whether the exams may be read, and whether they ever were."""

    is_closed: bool = True
    n_readings: int = 0

    def reading(self, what: str) -> None:
        if self.is_closed:
            raise SealBroken(f"{what} was read under seal")
        self.n_readings += 1


class SealedMnist(Mnist):
    """MNIST whose test set is under seal."""

    def __init__(self, mnist: Mnist, seal: Seal) -> None:
        super().__init__(
            mnist.train_images, mnist.train_labels, mnist.test_images, mnist.test_labels
        )
        object.__setattr__(self, "seal", seal)

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("test_"):
            object.__getattribute__(self, "seal").reading(f"mnist.{name}")
        return object.__getattribute__(self, name)


class SealedDrawings(Drawings):
    """Holdout drawings under seal."""

    seal = Seal()

    def __getattribute__(self, name: str) -> Any:
        if name in ("inks", "labels"):
            SealedDrawings.seal.reading(f"holdout {name}")
        return object.__getattribute__(self, name)


def _sealed(part: Drawings) -> SealedDrawings:
    return SealedDrawings(part.numbers, part.inks, part.labels, part.contributors)


@pytest.fixture
def seal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Seal]:
    """Closes every way to the exams; only `papers` opens it, and `build` closes it again."""
    seal = Seal()
    monkeypatch.setattr(SealedDrawings, "seal", seal)
    is_gathering = False

    def gather_sealed(session: Session, run_id: int, seed: int) -> Gathered:
        nonlocal is_gathering
        is_gathering = True
        found = gather(session, run_id, seed)
        is_gathering = False
        return Gathered(
            found.new, found.older, _sealed(found.holdout_known), _sealed(found.holdout_new)
        )

    def opening(mnist: Mnist, gathered: Gathered) -> examine.Papers:
        seal.is_closed = False
        return examine_papers(mnist, gathered)

    def closing(*arguments: Any) -> Any:
        seal.is_closed = True
        return build(*arguments)

    def no_holdout(
        _connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any
    ) -> None:
        is_read = statement.startswith("SELECT") and Split.HOLDOUT_KNOWN in tuple(parameters)
        if seal.is_closed and is_read and not is_gathering:
            raise SealBroken("holdout drawings were asked of the database under seal")

    examine_papers = examine.papers
    monkeypatch.setattr(steps, "gather", gather_sealed)
    monkeypatch.setattr(examine, "papers", opening)
    monkeypatch.setattr(steps, "build", closing)
    event.listen(Engine, "before_cursor_execute", no_holdout)
    yield seal
    event.remove(Engine, "before_cursor_execute", no_holdout)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An instance that holds nothing yet."""
    settings = Settings.from_env({}, instance=tmp_path / "instance", secret_key=SECRET)
    migrate.upgrade(settings)
    return settings.model_copy(update={"train_threads": 1})


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = Database(settings)
    yield database
    database.dispose()


def _next_run(settings: Settings, database: Database, seal: Seal) -> Run:
    workshop = Workshop(
        settings, database, load_mnist=lambda: SealedMnist(tiny_mnist(), seal),
        first_recipe=FIRST, run_config=RUN,
    )  # fmt: skip
    seal.is_closed = True
    done = Desk(settings, database, functools.partial(steps.carry_out, workshop)).do_next_run()
    assert done is not None
    return done


def _first_run(settings: Settings, database: Database, seal: Seal) -> Run:
    queue_first_run(database, utc_now())
    return _next_run(settings, database, seal)


def _run_from_drawings(settings: Settings, database: Database, seal: Seal) -> Run:
    inks, labels = easy_digits(30, np.random.default_rng(1), slant=0.5)
    with database.write() as session:
        for ink, label in zip(inks, labels, strict=True):
            make_drawing(session, ink=ink.tobytes(), label=int(label))
        runs.queue_run(session, requested_by="user:1", is_forced=True, seed=3, now=utc_now())
    return _next_run(settings, database, seal)


def test_whole_runs_choose_everything_without_looking_at_their_exams(
    settings: Settings, database: Database, seal: Seal
) -> None:
    first = _first_run(settings, database, seal)
    second = _run_from_drawings(settings, database, seal)

    assert (first.status, first.message) == ("promoted", None)
    assert (second.status, second.message) == ("promoted", None)
    assert seal.n_readings >= 6


Peek = Callable[[Workshop, Gathered], object]
PEEKS: dict[str, Peek] = {
    "the test set": lambda workshop, gathered: workshop.mnist.test_images.mean(),
    "the test labels": lambda workshop, gathered: workshop.mnist.test_labels[:5],
    "a holdout": lambda workshop, gathered: gathered.holdout_known.inks[:5],
}


def test_a_run_that_peeks_while_it_learns_is_found_out(
    settings: Settings, database: Database, seal: Seal, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _first_run(settings, database, seal).status == "promoted"
    data = learn._run_data

    for peek in PEEKS.values():

        def peeking(workshop: Workshop, gathered: Gathered, peek: Peek = peek) -> Any:
            peek(workshop, gathered)
            return data(workshop, gathered)

        monkeypatch.setattr(learn, "_run_data", peeking)
        done = _run_from_drawings(settings, database, seal)
        assert done.status == "failed"
        assert "under seal" in str(done.message)


def test_a_first_model_that_peeks_when_it_sets_its_temperature_is_found_out(
    settings: Settings, database: Database, seal: Seal, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned = learn._learned

    def peeking(workshop: Workshop, name: str, network: DigitNetwork, recipe: Any) -> Any:
        workshop.mnist.test_images.mean()
        return learned(workshop, name, network, recipe)

    monkeypatch.setattr(learn, "_learned", peeking)

    done = _first_run(settings, database, seal)

    assert done.status == "failed"
    assert "under seal" in str(done.message)


def test_a_run_that_asks_the_database_for_holdouts_is_found_out(
    settings: Settings, database: Database, seal: Seal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def peeking(workshop: Workshop, *arguments: Any) -> Any:
        with workshop.database.read() as session:
            gather(session, 1, 0)
        return learn.first_model(workshop, *arguments)

    monkeypatch.setattr(steps, "first_model", peeking)

    done = _first_run(settings, database, seal)

    assert done.status == "failed"
    assert "under seal" in str(done.message)
