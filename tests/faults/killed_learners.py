"""`python -m tests.faults.killed_learners INSTANCE MOMENT …`: runs that die, and what they become.

For each moment, in a copy of the instance, one process does the run and is killed there by SIGKILL;
a new process then does what is left. Each is a fork of this one, which has imported torch once and
computed nothing with it. Prints as JSON, by moment: how the first process ended, what checkpoint it
left, and the version that came of it.

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
from tests.support.tiny_world import RUN, draw_ahead, tiny_workshop
from trainer.pipeline import learn
from trainer.pipeline.run import carry_out
from trainer.process.job import Claim, Desk
from trainer.process.progress import Progress

SAVE_EVERY_STEPS = 5


def die() -> None:
    """As in a power cut: nothing is tidied up."""
    os.kill(os.getpid(), signal.SIGKILL)


class Mortal(Progress):
    """Dies at its moment."""

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
    """Let this process die at its n-th checkpoint, between writing and renaming it."""
    rename = Path.replace

    def rename_unless_it_is_time(path: Path, target: Path) -> Path:
        nonlocal n_left
        n_left -= target.name == "checkpoint.safetensors"
        if n_left == 0:
            die()
        return rename(path, target)

    Path.replace = rename_unless_it_is_time  # type: ignore[method-assign,assignment]


def do_run(settings: Settings, moment: str) -> None:
    """Do the run that is queued or was left, and die at the moment."""
    torch.set_num_threads(1)
    learn.CHECKPOINT_SECONDS = 0.0
    if moment.startswith("saving"):
        die_while_saving(int(moment.split()[1]))
    database = Database(settings)
    run = replace(RUN, checkpoint_every=SAVE_EVERY_STEPS)
    workshop = tiny_workshop(settings, database, run)

    def steps(claim: Claim, progress: Progress) -> None:
        progress.__class__ = Mortal
        carry_out(workshop, claim, progress)

    Mortal.moment = moment
    Desk(settings, database, steps).do_next_run()


def in_a_process(work: Callable[[], None]) -> int:
    """Returns: the exit status, negative for a signal. What `work` raises ends the process."""
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def checkpoint_of(instance: Path) -> dict[str, Any] | None:
    """Step and kinds of tensors of the checkpoint that was left."""
    found = sorted((instance / "runs").glob("*/checkpoint.safetensors"))
    if not found:
        return None
    with safe_open(str(found[0]), framework="pt") as file:
        kinds = sorted({name.split(".")[0] for name in file.keys()})
        return {"step": json.loads(file.metadata()["facts"])["step"], "kinds": kinds}


def version_of(settings: Settings) -> dict[str, Any]:
    """The newest version: its weights' hash, and the last point of its training's curves."""
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
    """One run that dies at the moment, and is done to its end by the next process."""
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
