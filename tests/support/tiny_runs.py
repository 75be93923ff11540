"""Runs of the tiny digit world in child processes, fast enough for a fault at every operation.

Each run writes everything: lineage, curves, checkpoints, files, rows. What takes seconds to
compute, the weights and their export, is reused from the first model.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.base import logs
from core.base.clock import utc_now
from core.base.errors import InkloopError
from core.base.kinds import Source
from core.base.settings import Settings
from core.drawings.storing import NewDrawing, store_drawing
from core.runs import lifecycle as runs
from core.storage import migrate
from core.storage.database import Database
from core.storage.model_store import ONNX, WEIGHTS, ModelStore
from core.storage.tables import ModelVersion, Run
from core.versions import queries as version_queries
from tests.support.stored import sweep_later
from tests.support.tiny_world import draw_ahead, easy_digits, tiny_context
from trainer.learning.loop import Checkpoint
from trainer.networks.base import SymbolNetwork
from trainer.pipeline import candidates, evaluate
from trainer.pipeline import run as steps
from trainer.pipeline.checkpoints import Checkpoints
from trainer.pipeline.context import TrainerContext
from trainer.pipeline.export import VersionFiles
from trainer.pipeline.interface import RUNS_FOLDER, Pipeline, Progress
from trainer.pipeline.train import TrainedModel
from trainer.process.job import RunQueue
from trainer.process.schedule import queue_first_run

N_DRAWINGS = 30
REFUSED = 3
OWN_FACTS = ("version", "run_id", "base_version", "scores", "created_at", "files")
"""Manifest entries that differ between versions."""
N_STEPS = 3
"""Simulated training steps of each run, with a checkpoint after each."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """The state of an instance after a fault of its trainer."""

    run: Run
    live: int
    problems: list[str]


def prepare(instance: Path) -> Settings:
    """Make an instance with a trained first model and new drawings."""
    torch.set_num_threads(1)  # later forks must have no other threads
    draw_ahead()
    settings = Settings.from_env({}, instance=instance)
    migrate.upgrade(settings)
    with opened(settings) as database:
        queue_first_run(database, utc_now())
        work = functools.partial(steps.run_pipeline, tiny_context(settings, database))
        RunQueue(settings, database, work).run_next()
        inks, labels = easy_digits(N_DRAWINGS, np.random.default_rng(1), slant=0.5)
        with database.write() as session:
            for ink, label in zip(inks, labels, strict=True):
                new = NewDrawing(
                    id=str(uuid.uuid4()),
                    contributor_id="bench",
                    label=int(label),
                    source=Source.DRAWN,
                    ink=ink.tobytes(),
                    imaging_version=1,
                )
                store_drawing(session, new, secret=b"bench" * 8, now=utc_now())
    return settings


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """Open a database for a block: no connection may be open when this process forks."""
    database = Database(settings)
    try:
        yield database
    finally:
        database.dispose()


def reuse_first_model(settings: Settings) -> None:
    """Let all later runs of this process and its forks produce the first model again."""
    with opened(settings) as database:
        context = tiny_context(settings, database)
        with database.read() as session:
            row = session.get_one(ModelVersion, 1)
        kept = context.load_model(1, row.manifest_sha256)
        files = {
            name: context.store.read_listed(1, name, row.manifest_sha256)
            for name in (WEIGHTS, ONNX)
        }
    facts = {name: value for name, value in kept.manifest.items() if name not in OWN_FACTS}
    learned = TrainedModel(
        kept.manifest["network"], kept.network, kept.temperature, kept.manifest["recipe"]
    )
    vars(steps).update(
        train_candidates=functools.partial(_learned_again, learned),
        export_version=functools.partial(_exported_again, VersionFiles(files, facts)),
    )
    again = functools.partial(_evaluated_again, {}, evaluate.evaluate)
    for module in (candidates, evaluate):
        vars(module).update(evaluate=again)
    request_run(settings)
    do_open_run(settings)  # before any fork, so that all forks share the evaluation


def _evaluated_again(
    known: dict[str, evaluate.Results],
    really: Callable[..., evaluate.Results],
    network: SymbolNetwork,
    temperature: float,
    sets: evaluate.HoldoutSets,
    progress: Progress,
) -> evaluate.Results:
    """Reuse an evaluation: all versions are equal."""
    which = " ".join(sets)
    if which not in known:
        known[which] = really(network, temperature, sets, progress)
    progress.step(1, 1)
    return known[which]


def _exported_again(exported: VersionFiles, *given: Any) -> VersionFiles:
    progress: Progress = given[-1]
    progress.log("packed", n_bytes=sum(len(data) for data in exported.files.values()))
    return exported


def _learned_again(
    learned: TrainedModel,
    _context: TrainerContext,
    _claim: object,
    _baselines: object,
    _gathered: object,
    progress: Progress,
    checkpoints: Checkpoints,
) -> Iterator[TrainedModel]:
    saved = checkpoints.load()
    done = 0
    if saved is not None:
        done = int(saved.facts["step"])
        progress.log("checkpoint", step=done)
    for step in range(done + 1, N_STEPS + 1):
        progress.step(step, N_STEPS, loss=1.0 / step, accuracy=0.9)
        checkpoints.save(Checkpoint({"weights": torch.zeros(1000)}, {"step": step}))
    progress.log("learned", n_steps=N_STEPS, accuracy=0.9)
    return iter([learned])


def request_run(settings: Settings) -> int:
    """Queue a run. Returns: its id."""
    with opened(settings) as database, database.write() as session:
        run, _ = runs.queue_run(
            session, requested_by="command", is_forced=True, seed=7, now=utc_now()
        )
        return run.id


def do_open_run(
    settings: Settings, around: Callable[[Pipeline], Pipeline] = lambda work: work
) -> None:
    """Carry out the open run, as a trainer's process does. The main function of a fork."""
    database = Database(settings)
    work = around(functools.partial(steps.run_pipeline, tiny_context(settings, database)))
    RunQueue(settings, database, work).run_next()
    database.dispose()


def forked(work: Callable[[], None], log: Path) -> int:
    """Run `work` in a forked process, with its output in `log`. Returns: the process id.

    Exit codes: 0, `REFUSED` after an InkloopError, 1 after any other error.
    """
    child = os.fork()
    if child:
        return child
    os.setpgid(0, 0)  # a signal to the parent's process group must not reach the child
    code = 1
    try:
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        sys.stdout = sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
        logs.configure("json", "trainer")
        work()
        code = 0
    except InkloopError as error:
        print(f"refused: {error}", flush=True)  # noqa: T201  into the log
        code = REFUSED
    finally:
        os._exit(code)


def wait_for(child: int) -> int:
    """Wait for the end of a process. Returns: its exit code, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def inspect(settings: Settings, run_id: int, *, is_over: bool) -> Inspection:
    """Check an instance: every version with a row is complete, and one is live.

    With `is_over`, nothing may be left of a dead trainer, either, once files without a row are old
    enough to be swept.
    """
    store = sweep_later(settings) if is_over else ModelStore(settings.models_dir)
    problems = []
    with opened(settings) as database, database.read() as session:
        run = session.get_one(Run, run_id)
        live = version_queries.champion(session)
        versions = session.scalars(select(ModelVersion).order_by(ModelVersion.version)).all()
        if is_over:
            problems += _leftovers(session, versions)
    for row in versions:
        try:
            store.verify(row.version, row.manifest_sha256)
        except InkloopError as error:
            problems.append(str(error))
    if live is None:
        problems.append("no version is live")
    if is_over:
        if store.versions() != [row.version for row in versions]:
            problems.append("files without a row")
        # The next run removes this run's checkpoint, if the kill came just before its removal.
        earlier = [p for p in (settings.instance / RUNS_FOLDER).glob("*") if int(p.name) != run_id]
        left = [*store.root.rglob("*.partial"), *earlier]
        problems += [f"left: {path.relative_to(settings.instance)}" for path in left]
    return Inspection(run, 0 if live is None else live.version, problems)


def _leftovers(session: Session, versions: Sequence[ModelVersion]) -> list[str]:
    """Incomplete work of a dead trainer in the database."""
    ended_with = set(session.scalars(select(Run.version)))
    half = [row.version for row in versions if row.version not in ended_with]
    problems = [f"version {version} has a row, but no run ended with it" for version in half]
    if runs.open_run(session) is not None:
        problems.append("the run is not over")
    return problems
