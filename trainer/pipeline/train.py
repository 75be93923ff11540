"""The step of a run in which something is learned: from scratch, or from the champion on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from torch import Tensor

from trainer.learning import fine_tune, train
from trainer.learning.calibrate import fit_temperature
from trainer.learning.examples import Examples
from trainer.learning.interpolate import Candidate
from trainer.learning.loop import LoopState
from trainer.learning.replay import RunData
from trainer.learning.scores import read
from trainer.networks.base import DigitNetwork
from trainer.networks.registry import network_named
from trainer.pipeline.checkpoints import Checkpoints, Saved
from trainer.pipeline.context import KeptModel, Workshop
from trainer.pipeline.gather import Gathered
from trainer.process.progress import Progress

CHECKPOINT_SECONDS = 5.0
"""A killed run loses at most so much work; writing one takes 10 ms."""


@dataclass(frozen=True, slots=True)
class Learned:
    """A network that wants to become the champion."""

    name: str
    network: DigitNetwork
    temperature: float
    recipe: Mapping[str, Any]
    """How it was made, for its manifest."""


def first_model(
    workshop: Workshop, seed: int, progress: Progress, checkpoints: Checkpoints
) -> Learned:
    """Train from scratch on MNIST."""
    kind, recipe, split = workshop.first_network, workshop.first_recipe, workshop.split
    saved = _load(checkpoints, progress)
    on_pause = _every(CHECKPOINT_SECONDS)

    def keep(state: LoopState) -> None:
        if on_pause():
            checkpoints.save(state.tensors(), state.facts())

    def report(phase: str, step: int, n_steps: int, loss: float, accuracy: float) -> None:
        progress.step(step, n_steps, loss=loss, accuracy=accuracy)

    trained = train.train(
        kind,
        Examples.from_arrays(split.inks, split.labels),
        Examples.from_arrays(split.validation_inks, split.validation_labels),
        seed,
        recipe=recipe,
        progress=report,
        keep=keep,
        resume=None if saved is None else train.Checkpoint(saved.tensors, saved.facts),
    )
    progress.say("learned", n_steps=trained.n_steps, accuracy=trained.validation_accuracy)
    return _learned(workshop, kind.name, trained.network, {"first": recipe.to_json()})


def from_champion(
    workshop: Workshop,
    champion: KeptModel,
    anchor: KeptModel,
    gathered: Gathered,
    seed: int,
    progress: Progress,
    checkpoints: Checkpoints,
) -> Iterator[Learned]:
    """Learn from drawings.

    Returns: the candidate, and a more careful one for a second look, each finished when it is asked
        for: the second one seldom is.
    """
    config = workshop.run_config
    saved = _load(checkpoints, progress)
    on_pause = _every(CHECKPOINT_SECONDS)
    phase, n_steps = "train", 0

    def report(now: fine_tune.Progress) -> None:
        nonlocal phase, n_steps
        if now.phase != phase:
            phase = now.phase
            progress.say("learned", n_steps=n_steps, accuracy=now.accuracy)
            progress.enter("evaluate")
        if phase == "train":
            n_steps = now.n_steps
            progress.step(now.step, now.n_steps, loss=now.loss, accuracy=now.accuracy)
        else:
            progress.step(now.step, now.n_steps)

    def keep(checkpoint: fine_tune.Checkpoint) -> None:
        if on_pause():
            checkpoints.save(checkpoint.tensors, checkpoint.facts)

    result = fine_tune.fine_tune(
        champion.network,
        _run_data(workshop, gathered),
        config,
        seed,
        anchor=anchor.network,
        on_progress=report,
        on_checkpoint=keep,
        resume=None if saved is None else fine_tune.Checkpoint(saved.tensors, saved.facts),
    )
    name = str(champion.manifest["network"])
    made = {"run": asdict(config), "metrics": result.metrics}
    return (
        _learned(
            workshop,
            name,
            _network(name, candidate),
            made | {"strength": candidate.strength, "chance": candidate.chance},
        )
        for candidate in result.candidates
    )


def _load(checkpoints: Checkpoints, progress: Progress) -> Saved | None:
    """What a broken-off run kept, which its log says."""
    saved = checkpoints.load()
    if saved is not None:
        progress.say("checkpoint", step=int(saved.facts["step"]))
    return saved


def _run_data(workshop: Workshop, gathered: Gathered) -> RunData:
    split = workshop.split
    return RunData(
        new_inks=gathered.new.inks,
        new_labels=gathered.new.labels,
        older_inks=gathered.older.inks,
        older_labels=gathered.older.labels,
        mnist_inks=split.inks,
        mnist_labels=split.labels,
        validation_inks=split.validation_inks,
        validation_labels=split.validation_labels,
    )


def _network(name: str, candidate: Candidate) -> DigitNetwork:
    network = network_named(name).build()
    weights: Mapping[str, Tensor] = candidate.weights
    network.load_state_dict(weights)
    return network.eval()


def _learned(
    workshop: Workshop, name: str, network: DigitNetwork, recipe: Mapping[str, Any]
) -> Learned:
    split = workshop.split
    logits_NK = read(network, split.validation_inks).logits_NK
    return Learned(name, network, fit_temperature(logits_NK, split.validation_labels), recipe)


def _every(seconds: float) -> Callable[[], bool]:
    """A question that is answered yes once in so many seconds."""
    last = time.monotonic()

    def is_time() -> bool:
        nonlocal last
        if time.monotonic() - last < seconds:
            return False
        last = time.monotonic()
        return True

    return is_time
