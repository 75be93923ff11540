"""Whole runs in the tiny world, with all steps: gather, train, evaluate, gate, publish."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
from sqlalchemy import select

from core.base.clock import utc_now
from core.base.kinds import DrawingStatus
from core.base.settings import Settings
from core.drawings import queries as drawing_queries
from core.drawings.lifecycle import confirm
from core.runs import lease as run_lease
from core.runs import lifecycle as runs
from core.runs import queries as run_queries
from core.storage import migrate
from core.storage.database import Database
from core.storage.model_store import ONNX, ModelStore
from core.storage.tables import (
    AuditEvent,
    Drawing,
    Evaluation,
    ModelVersion,
    Promotion,
    Run,
    RunMetric,
    Verdict,
)
from core.symbols import digits
from core.symbols.digits.golden import golden_inks
from core.versions import lifecycle as versions
from core.versions import queries as version_queries
from tests.conftest import SECRET
from tests.support.factories import make_drawing
from tests.support.stored import verify_all
from tests.support.tiny_world import RUN, easy_digits, load_tiny, tiny_context
from trainer.learning.fine_tune import RunConfig
from trainer.pipeline.context import TrainerContext
from trainer.pipeline.interface import Claim, Pipeline, Progress
from trainer.pipeline.run import run_pipeline
from trainer.process.job import RunQueue
from trainer.process.lease import TTL
from trainer.process.progress import RunProgress

SLANT = 0.5

pytestmark = pytest.mark.slow


def _settings(instance: Path) -> Settings:
    return Settings.from_env({}, instance=instance, secret_key=SECRET)


@pytest.fixture(scope="module")
def first_instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance with a first model from a run; tests get copies."""
    settings = _settings(tmp_path_factory.mktemp("first") / "instance")
    migrate.upgrade(settings)
    database = Database(settings)
    with database.write() as session:
        # The trainer would choose a random seed; tests need a fixed one.
        runs.queue_run(session, requested_by="first", is_forced=True, seed=7, now=utc_now())
    done = RunQueue(settings, database, load_tiny(settings, database)).run_next()
    database.dispose()
    assert done is not None
    assert done.status == "promoted", done.message
    return settings.instance


@pytest.fixture
def settings(first_instance: Path, tmp_path: Path) -> Settings:
    """A copy of the instance with a first model, instead of an empty one."""
    return _settings(Path(shutil.copytree(first_instance, tmp_path / "instance")))


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = Database(settings)
    yield database
    database.dispose()


def _draw(database: Database, n: int = 30, seed: int = 1) -> None:
    """Store drawings in one slanted handwriting."""
    inks, labels = easy_digits(n, np.random.default_rng(seed), slant=SLANT)
    with database.write() as session:
        for ink, label in zip(inks, labels, strict=True):
            make_drawing(session, ink=ink.tobytes(), label=int(label))


def _run(settings: Settings, database: Database, steps: Pipeline | None = None) -> Run:
    with database.write() as session:
        runs.queue_run(session, requested_by="user:1", is_forced=True, seed=3, now=utc_now())
    steps = steps or load_tiny(settings, database)
    done = RunQueue(settings, database, steps).run_next()
    assert done is not None
    return done


def _configured(settings: Settings, database: Database, run: RunConfig) -> Pipeline:
    return functools.partial(run_pipeline, tiny_context(settings, database, run))


def test_the_first_model_is_champion_and_anchor(database: Database) -> None:
    with database.read() as session:
        champion = version_queries.champion(session)
        assert champion is not None
        assert champion.version == versions.anchor_version(session) == 1
        (verdict,) = session.scalars(select(Verdict)).all()
        assert [rule["name"] for rule in verdict.rules] == [
            "first_accuracy",
            "first_per_digit",
            "golden",
        ]


def test_a_version_is_complete_and_predicts_as_its_manifest_says(
    settings: Settings, database: Database
) -> None:
    store = ModelStore(settings.models_dir)
    with database.read() as session:
        row = session.get_one(ModelVersion, 1)
    store.verify(1, row.manifest_sha256)
    manifest = store.manifest(1, row.manifest_sha256)
    model = ort.InferenceSession(
        store.read(1, ONNX, row.sha256), providers=["CPUExecutionProvider"]
    )

    inks, labels = golden_inks()
    probabilities, familiarity = model.run(["probabilities", "familiarity"], {"ink": inks})

    assert np.allclose(probabilities, manifest["golden"]["probabilities"], atol=1e-5)
    assert probabilities.argmax(axis=1).tolist() == labels.tolist() == manifest["golden"]["labels"]
    assert (familiarity >= manifest["familiarity_threshold"]).mean() > 0.9
    assert {"recipe", "seed", "run_id", "base_version", "scores", "versions"} <= manifest.keys()


def test_a_run_learns_from_drawings_and_goes_live(settings: Settings, database: Database) -> None:
    _draw(database)

    done = _run(settings, database)

    assert (done.status, done.version, done.base_version) == ("promoted", 2, 1), done.message
    with database.read() as session:
        champion = version_queries.champion(session)
        assert champion is not None
        assert (champion.version, champion.previous_version) == (2, 1)
        assert versions.anchor_version(session) == 1
        lineage = {row.drawing_number for row in run_queries.lineage(session, done.id)}
        split = session.scalars(select(Drawing).where(Drawing.split == "train")).all()
        assert lineage == {drawing.number for drawing in split}
        assert (done.n_new, done.n_drawings) == (24, 24)
        assert drawing_queries.n_new(session) == 0
    assert verify_all(settings) == [1, 2]


def test_predictions_of_all_versions_are_recorded_by_drawing(
    settings: Settings, database: Database
) -> None:
    _draw(database)

    done = _run(settings, database)

    with database.read() as session:
        rows = session.scalars(select(Evaluation).where(Evaluation.run_id == done.id)).all()
        found = {(row.version, row.dataset): row for row in rows}
        exam = session.scalars(
            select(Drawing.number).where(Drawing.split == "holdout_known").order_by(Drawing.number)
        ).all()
        version = session.get_one(ModelVersion, 2)
    assert len(found[2, "mnist_test"].predicted) == 2_400
    assert found[2, "holdout_known"].drawing_numbers == found[1, "holdout_known"].drawing_numbers
    assert found[2, "holdout_known"].drawing_numbers == list(exam)
    assert version.scores["holdout_known"]["n"] == 6
    assert version.scores["holdout_new"] == {
        **dict.fromkeys(("accuracy", "ece", "nll")),
        "n_correct": 0,
        "n": 0,
        "bins": [],
    }
    assert sum(one["n"] for one in version.scores["mnist_test"]["bins"]) == 2_400


def test_a_run_writes_its_curve_and_an_event_file(settings: Settings, database: Database) -> None:
    _draw(database)

    done = _run(settings, database)

    with database.read() as session:
        phases = set(session.scalars(select(RunMetric.phase).where(RunMetric.run_id == done.id)))
    assert "train" in phases
    events = settings.instance / "logs" / "tensorboard" / f"run{done.id:05d}"
    assert [path.stat().st_size > 1_000 for path in events.iterdir()] == [True]
    assert not (settings.instance / "runs" / f"{done.id:05d}").exists()


def test_a_bad_candidate_is_held_and_its_drawings_are_no_longer_new(
    settings: Settings, database: Database
) -> None:
    _draw(database)
    reckless = RunConfig(
        n_drawn=16,
        n_replay=0,
        min_steps=30,
        steps_per_drawing=0.0,
        learning_rate=1.0,
        interpolation=False,
    )

    done = _run(settings, database, _configured(settings, database, reckless))

    assert (done.status, done.version) == ("held", 2), done.message
    with database.read() as session:
        champion = version_queries.champion(session)
        assert champion is not None
        assert champion.version == 1
        assert len(session.scalars(select(Promotion)).all()) == 1
        assert drawing_queries.n_new(session) == 0
        verdict = session.get_one(Verdict, done.id)
        assert not verdict.passed
        logged = session.scalars(select(AuditEvent).where(AuditEvent.action == "verdict")).all()
        assert logged[-1].facts == {"version": 2, "passed": False}
    assert verify_all(settings) == [1, 2]


def test_later_runs_train_on_drawings_of_earlier_runs_too(
    settings: Settings, database: Database
) -> None:
    _draw(database, 10)
    _run(settings, database)
    _draw(database, 10, seed=2)

    done = _run(settings, database)

    assert (done.n_new, done.n_drawings) == (8, 16), done.message


def test_a_run_without_drawings_fails_with_advice(settings: Settings, database: Database) -> None:
    done = _run(settings, database)

    assert done.status == "failed"
    assert "draw some digits" in str(done.message)


def test_a_run_without_the_reference_set_fails_with_advice(
    settings: Settings, database: Database
) -> None:
    _draw(database, 5)

    reference = digits.load(settings)
    context = TrainerContext(
        settings, database, reference=reference, symbols=digits.DIGITS, run_config=RUN
    )
    done = _run(settings, database, functools.partial(run_pipeline, context))

    assert (done.status, done.version) == ("failed", None)
    assert "inkloop data fetch" in str(done.message)
    with database.read() as session:
        assert drawing_queries.n_new(session) == 4


def _mislabel(database: Database) -> int:
    """Store a plain digit with a wrong label. Returns its number."""
    inks, labels = easy_digits(60, np.random.default_rng(9))
    with database.write() as session:
        for ink, label in zip(inks[:-5], labels[:-5], strict=True):
            make_drawing(session, ink=ink.tobytes(), label=int(label))
        drawings = [
            make_drawing(session, ink=ink.tobytes(), label=int(label))
            for ink, label in zip(inks[-5:], labels[-5:], strict=True)
        ]
        drawing = next(one for one in drawings if one.split == "train")
        drawing.label = (drawing.label + 5) % 10
        return drawing.number


def test_a_contradicted_label_is_quarantined(settings: Settings, database: Database) -> None:
    number = _mislabel(database)

    done = _run(settings, database)

    with database.read() as session:
        assert session.get_one(Drawing, number).status == DrawingStatus.QUARANTINED
        assert number not in {row.drawing_number for row in run_queries.lineage(session, done.id)}


def test_a_contradicted_label_that_a_person_confirmed_trains(
    settings: Settings, database: Database
) -> None:
    number = _mislabel(database)
    with database.write() as session:
        confirm(session, session.get_one(Drawing, number), now=utc_now())

    done = _run(settings, database)

    with database.read() as session:
        assert session.get_one(Drawing, number).status == DrawingStatus.ACCEPTED
        assert number in {row.drawing_number for row in run_queries.lineage(session, done.id)}


def test_a_trainer_suspended_past_its_lease_publishes_nothing(
    settings: Settings, database: Database
) -> None:
    _draw(database, 10)
    steps = load_tiny(settings, database)

    class Suspended(RunProgress):
        """Loses the lease to another trainer before the last phase."""

        def enter(self, phase: str) -> None:
            super().enter(phase)
            if phase == "publish":
                with database.write() as session:
                    fence = run_lease.take_lease(session, "other", now=utc_now() + 2 * TTL, ttl=TTL)
                    assert fence is not None
                    runs.adopt_orphan(session, fence=fence, now=utc_now())

    def suspended(claim: Claim, progress: Progress) -> None:
        progress.__class__ = Suspended
        steps(claim, progress)

    done = _run(settings, database, suspended)

    assert (done.status, done.version) == ("running", None)
    with database.read() as session:
        assert version_queries.counted_versions(session) == [1]
        assert len(session.scalars(select(Promotion)).all()) == 1
    assert ModelStore(settings.models_dir).versions() == [1]


def test_a_run_cancelled_during_export_adds_no_version(
    settings: Settings, database: Database
) -> None:
    _draw(database, 10)
    steps = load_tiny(settings, database)

    class CancelledDuringExport(RunProgress):
        """Cancels the run when its export begins."""

        def enter(self, phase: str) -> None:
            assert phase != "publish", "the export continued to its end"
            super().enter(phase)
            if phase == "export":
                with database.write() as session:
                    runs.request_cancel(session, 2, now=utc_now())

    def cancelled(claim: Claim, progress: Progress) -> None:
        progress.__class__ = CancelledDuringExport
        steps(claim, progress)

    done = _run(settings, database, cancelled)

    assert (done.status, done.version) == ("cancelled", None)
    assert ModelStore(settings.models_dir).versions() == [1]
    with database.read() as session:
        assert version_queries.live_version(session) == 1
        assert drawing_queries.n_new(session) == 8


def test_files_that_a_late_sleeper_left_are_not_in_the_way(
    settings: Settings, database: Database
) -> None:
    _draw(database, 10)
    steps = load_tiny(settings, database)

    class Disturbed(RunProgress):
        """Finds files of the same version by a trainer without lease."""

        def enter(self, phase: str) -> None:
            super().enter(phase)
            if phase == "publish":
                late = {"model.onnx": b"late", "weights.safetensors": b"late"}
                ModelStore(settings.models_dir).publish(2, late, {"version": 2})

    def disturbed(claim: Claim, progress: Progress) -> None:
        progress.__class__ = Disturbed
        steps(claim, progress)

    done = _run(settings, database, disturbed)

    assert (done.status, done.version) == ("promoted", 2), done.message
    assert verify_all(settings) == [1, 2]
