"""`python -m tests.faults.killed_learners INSTANCE MOMENT …`: kill runs, and resume them.

For each moment, in a copy of the instance, one process carries out the run and is killed there by
SIGKILL; a new process then continues it. Both are forks of this one, which has imported torch but
computed nothing. Prints JSON by moment: the exit status of the first process, the checkpoint that
it left, and the version that resulted.

A moment is `step 17` (of the training), `choice 1` (of the strengths tried), `saving 3` (the third
checkpoint is written but not yet in its place), or `never`.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from sqlalchemy import select

from core.base.settings import Settings
from core.storage.database import Database
from core.storage.model_store import WEIGHTS, ModelStore
from core.storage.tables import Run, RunMetric
from core.versions.queries import manifest_hashes
from tests.conftest import SECRET
from tests.support.tiny_world import RUN, draw_ahead, tiny_context
from trainer.pipeline import train
from trainer.pipeline.interface import Claim, Progress
from trainer.pipeline.run import run_pipeline
from trainer.process.job import RunQueue
from trainer.process.progress import RunProgress

SAVE_EVERY_STEPS = 5


def die() -> None:
    """Kill this process, without any clean-up."""
    os.kill(os.getpid(), signal.SIGKILL)


class Mortal(RunProgress):
    """Kills the process at its moment."""

    moment = ""

    def step(
        self,
        step: int,
        n_steps: int,
        *,
        loss: float | None = None,
        accuracy: float | None = None,
    ) -> None:
        super().step(step, n_steps, loss=loss, accuracy=accuracy)
        what = "choice" if loss is None else "step"
        if f"{what} {step}" == self.moment:
            die()


def die_while_saving(n_left: int) -> None:
    """Kill this process at its n-th checkpoint, between writing and renaming it."""
    rename = Path.replace

    def rename_unless_it_is_time(path: Path, target: Path) -> Path:
        nonlocal n_left
        n_left -= target.name == "checkpoint.safetensors"
        if n_left == 0:
            die()
        return rename(path, target)

    Path.replace = rename_unless_it_is_time  # type: ignore[method-assign,assignment]


def do_run(settings: Settings, moment: str) -> None:
    """Carry out the open run, and die at the moment."""
    torch.set_num_threads(1)
    train.CHECKPOINT_SECONDS = 0.0
    if moment.startswith("saving"):
        die_while_saving(int(moment.split()[1]))
    database = Database(settings)
    run = replace(RUN, checkpoint_every=SAVE_EVERY_STEPS)
    context = tiny_context(settings, database, run)

    def steps(claim: Claim, progress: Progress) -> None:
        progress.__class__ = Mortal
        run_pipeline(context, claim, progress)

    Mortal.moment = moment
    RunQueue(settings, database, steps).run_next()


def in_a_process(work: Callable[[], None]) -> int:
    """Do `work` in a fork. Returns its exit status, negative for a signal."""
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def checkpoint_of(instance: Path) -> dict[str, Any] | None:
    """Return step and kinds of tensors of the checkpoint."""
    found = sorted((instance / "runs").glob("*/checkpoint.safetensors"))
    if not found:
        return None
    with safe_open(str(found[0]), framework="pt") as file:
        kinds = sorted({name.split(".")[0] for name in file.keys()})
        return {"step": json.loads(file.metadata()["facts"])["step"], "kinds": kinds}


def version_of(settings: Settings) -> dict[str, Any]:
    """Return the newest version: hash of its weights, and the last point of its curves."""
    store = ModelStore(settings.models_dir)
    database = Database(settings)
    with database.read() as session:
        version, manifest_sha256 = max(manifest_hashes(session).items())
        run = session.get_one(Run, store.manifest(version, manifest_sha256)["run_id"])
        last = select(RunMetric).where(RunMetric.run_id == run.id, RunMetric.loss.is_not(None))
        point = session.scalars(last.order_by(RunMetric.id.desc()).limit(1)).one()
    made = {
        "version": version,
        "weights": _sha256(store.read_listed(version, WEIGHTS, manifest_sha256)),
        "last_point": [point.step, point.loss, point.accuracy],
        "n_attempts": run.n_attempts,
        "status": run.status,
    }
    database.dispose()
    return made


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def story(instance: Path, moment: str) -> dict[str, Any]:
    """Let one run die at the moment, and the next process complete it."""
    copy = instance.parent / moment.replace(" ", "-")
    shutil.copytree(instance, copy)
    settings = Settings.from_env({}, instance=copy, secret_key=SECRET)
    first = in_a_process(partial(do_run, settings, moment))
    left = checkpoint_of(copy)
    second = in_a_process(partial(do_run, settings, "never")) if first else 0
    return {"first": first, "left": left, "second": second} | {"made": version_of(settings)}


if __name__ == "__main__":
    draw_ahead()
    stories = {moment: story(Path(sys.argv[1]), moment) for moment in sys.argv[2:]}
    print(json.dumps(stories))  # noqa: T201  for the test that started this
