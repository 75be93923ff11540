"""No step of a run reads holdout sets before all choices are made.

Whole runs, of the first model and from drawings, with sealed holdout sets: reading the reference
set's exam or a holdout drawing raises until `holdout_sets` opens the seal, and again once the
export begins. Nothing is trained in between.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
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
from core.symbols.digits import DIGITS, DigitReferenceSet
from core.symbols.reference_set import LabelledImages, ReferenceSet
from tests.conftest import SECRET
from tests.support.factories import make_drawing
from tests.support.tiny_world import FIRST, RUN, easy_digits, tiny_reference
from trainer.networks.base import SymbolNetwork
from trainer.pipeline import candidates, evaluate, train
from trainer.pipeline import gather as gathering
from trainer.pipeline import run as steps
from trainer.pipeline.context import TrainerContext
from trainer.pipeline.export import export_version
from trainer.pipeline.gather import Drawings, Gathered, gather
from trainer.process.job import RunQueue
from trainer.process.schedule import queue_first_run

pytestmark = pytest.mark.slow


class SealBroken(InkloopError):
    """A holdout set was read too early."""


@dataclass
class Seal:
    """Whether holdout sets may be read, and how often they were."""

    is_closed: bool = True
    n_reads: int = 0

    def check(self, what: str) -> None:
        if self.is_closed:
            raise SealBroken(f"{what} was read under seal")
        self.n_reads += 1


class SealedReferenceSet(DigitReferenceSet):
    """The tiny world with a sealed exam."""

    def __init__(self, seal: Seal) -> None:
        tiny = tiny_reference()
        super().__init__(tiny._folder, tiny._load_part)
        self._seal = seal

    @property
    def exam(self) -> LabelledImages:
        self._seal.check("the exam")
        return self._load_part(self._folder, "t10k")


class SealedDrawings(Drawings):
    """Sealed holdout drawings."""

    seal = Seal()

    def __getattribute__(self, name: str) -> Any:
        if name in ("inks", "labels"):
            SealedDrawings.seal.check(f"holdout {name}")
        return object.__getattribute__(self, name)


def _sealed(part: Drawings) -> SealedDrawings:
    return SealedDrawings(part.numbers, part.inks, part.labels, part.contributors)


@pytest.fixture
def seal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Seal]:
    """Seal all holdout sets. `holdout_sets` opens the seal, the export closes it again."""
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

    def opening(reference: ReferenceSet, gathered: Gathered) -> evaluate.HoldoutSets:
        seal.is_closed = False
        return holdout_sets(reference, gathered)

    def closing(*arguments: Any) -> Any:
        seal.is_closed = True
        return export_version(*arguments)

    def no_holdout(
        _connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any
    ) -> None:
        is_read = statement.startswith("SELECT") and Split.HOLDOUT_KNOWN in tuple(parameters)
        if seal.is_closed and is_read and not is_gathering:
            raise SealBroken("holdout drawings were read from the database under seal")

    holdout_sets = evaluate.holdout_sets
    monkeypatch.setattr(gathering, "gather", gather_sealed)
    monkeypatch.setattr(candidates, "holdout_sets", opening)
    monkeypatch.setattr(steps, "export_version", closing)
    event.listen(Engine, "before_cursor_execute", no_holdout)
    yield seal
    event.remove(Engine, "before_cursor_execute", no_holdout)


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


def _next_run(settings: Settings, database: Database, seal: Seal) -> Run:
    context = TrainerContext(
        settings, database, reference=SealedReferenceSet(seal), symbols=DIGITS,
        first_recipe=FIRST, run_config=RUN,
    )  # fmt: skip
    seal.is_closed = True
    done = RunQueue(settings, database, functools.partial(steps.run_pipeline, context)).run_next()
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


def test_whole_runs_make_all_choices_without_their_holdout_sets(
    settings: Settings, database: Database, seal: Seal
) -> None:
    first = _first_run(settings, database, seal)
    second = _run_from_drawings(settings, database, seal)

    assert (first.status, first.message) == ("promoted", None)
    assert (second.status, second.message) == ("promoted", None)
    assert seal.n_reads >= 6


Read = Callable[[TrainerContext, Gathered], object]
READS: dict[str, Read] = {
    "the exam's images": lambda context, gathered: context.reference.exam.inks.mean(),
    "the exam's labels": lambda context, gathered: context.reference.exam.labels[:5],
    "a holdout": lambda context, gathered: gathered.holdout_known.inks[:5],
}


def test_a_run_that_reads_holdout_sets_while_it_trains_fails(
    settings: Settings, database: Database, seal: Seal, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _first_run(settings, database, seal).status == "promoted"
    run_data = train._run_data

    for read in READS.values():

        def reading(context: TrainerContext, gathered: Gathered, read: Read = read) -> Any:
            read(context, gathered)
            return run_data(context, gathered)

        monkeypatch.setattr(train, "_run_data", reading)
        done = _run_from_drawings(settings, database, seal)
        assert done.status == "failed"
        assert "under seal" in str(done.message)


def test_a_first_model_that_reads_the_exam_for_its_temperature_fails(
    settings: Settings, database: Database, seal: Seal, monkeypatch: pytest.MonkeyPatch
) -> None:
    calibrated = train._calibrated

    def reading(context: TrainerContext, name: str, network: SymbolNetwork, recipe: Any) -> Any:
        context.reference.exam.inks.mean()
        return calibrated(context, name, network, recipe)

    monkeypatch.setattr(train, "_calibrated", reading)

    done = _first_run(settings, database, seal)

    assert done.status == "failed"
    assert "under seal" in str(done.message)


def test_a_run_that_reads_holdouts_from_the_database_fails(
    settings: Settings, database: Database, seal: Seal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reading(context: TrainerContext, *arguments: Any) -> Any:
        with context.database.read() as session:
            gather(session, 1, 0)
        return train.train_candidates(context, *arguments)

    monkeypatch.setattr(steps, "train_candidates", reading)

    done = _first_run(settings, database, seal)

    assert done.status == "failed"
    assert "under seal" in str(done.message)
