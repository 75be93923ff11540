"""Step of a run: train candidates, from scratch or by fine-tuning the champion."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from trainer.learning import fine_tune, train
from trainer.learning.calibrate import fit_temperature
from trainer.learning.examples import Examples
from trainer.learning.interpolate import Candidate
from trainer.learning.loop import Checkpoint, LoopState, StepReport
from trainer.learning.replay import RunData
from trainer.learning.scores import predict
from trainer.networks.base import SymbolNetwork
from trainer.networks.registry import network_named
from trainer.pipeline.baselines import Baselines
from trainer.pipeline.checkpoints import Checkpoints
from trainer.pipeline.context import TrainerContext
from trainer.pipeline.gather import Gathered
from trainer.pipeline.interface import Claim, Progress

CHECKPOINT_SECONDS = 5.0
"""A killed run loses at most this much work. Writing a checkpoint takes 10 ms."""


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A calibrated network that may become a version."""

    name: str
    """Of its architecture."""

    network: SymbolNetwork
    temperature: float
    recipe: Mapping[str, Any]
    """How it was trained, for its manifest."""


def train_candidates(
    context: TrainerContext,
    claim: Claim,
    baselines: Baselines | None,
    gathered: Gathered,
    progress: Progress,
    checkpoints: Checkpoints,
) -> Iterator[TrainedModel]:
    """Train the first model, or candidates from the champion, in the order of their evaluation.

    Training is done when this returns. Each candidate is interpolated and calibrated when it is
    taken from the iterator, since the second one is seldom needed.
    """
    if baselines is None:
        return iter([_train_first_model(context, claim.seed, progress, checkpoints)])
    return _fine_tune_champion(context, claim.seed, baselines, gathered, progress, checkpoints)


def _train_first_model(
    context: TrainerContext, seed: int, progress: Progress, checkpoints: Checkpoints
) -> TrainedModel:
    """Train from scratch on the reference set."""
    kind, recipe, reference = context.first_network, context.first_recipe, context.reference
    saved = _load(checkpoints, progress)
    is_time = _every(CHECKPOINT_SECONDS)

    def report(done: StepReport) -> None:
        progress.step(done.step, done.n_steps, loss=done.loss, accuracy=done.accuracy)

    def keep(state: LoopState) -> None:
        if is_time():
            checkpoints.save(Checkpoint(state.tensors(), state.facts()))

    trained = train.train(
        kind,
        Examples.from_arrays(reference.training.inks, reference.training.labels),
        Examples.from_arrays(reference.validation.inks, reference.validation.labels),
        seed,
        n_symbols=len(context.symbols),
        recipe=recipe,
        on_step=report,
        keep=keep,
        resume=saved,
    )
    progress.log("learned", n_steps=trained.n_steps, accuracy=trained.validation_accuracy)
    return _calibrated(context, kind.name, trained.network, {"first": recipe.to_json()})


def _fine_tune_champion(
    context: TrainerContext,
    seed: int,
    baselines: Baselines,
    gathered: Gathered,
    progress: Progress,
    checkpoints: Checkpoints,
) -> Iterator[TrainedModel]:
    """Fine-tune the champion on drawings and replay."""
    champion, config = baselines.champion, context.run_config
    saved = _load(checkpoints, progress)
    is_time = _every(CHECKPOINT_SECONDS)

    def keep(checkpoint: Checkpoint) -> None:
        if is_time():
            checkpoints.save(checkpoint)

    result = fine_tune.fine_tune(
        champion.network,
        _run_data(context, gathered),
        config,
        seed,
        anchor=baselines.anchor.network,
        on_step=_reporter(progress),
        on_checkpoint=keep,
        resume=saved,
    )
    name = str(champion.manifest["network"])
    recipe = {"run": asdict(config), "metrics": result.metrics}
    return (
        _calibrated(
            context,
            name,
            _network(name, candidate, len(context.symbols)),
            recipe | {"strength": candidate.strength, "chance": candidate.chance},
        )
        for candidate in result.candidates
    )


def _reporter(progress: Progress) -> Callable[[StepReport], None]:
    """Report steps of a fine-tuning. Choosing its candidates belongs to the phase `evaluate`."""
    n_steps, is_choosing = 0, False

    def report(done: StepReport) -> None:
        nonlocal n_steps, is_choosing
        if done.phase == "train":
            n_steps = done.n_steps
            progress.step(done.step, done.n_steps, loss=done.loss, accuracy=done.accuracy)
            return
        if not is_choosing:
            is_choosing = True
            progress.log("learned", n_steps=n_steps, accuracy=done.accuracy)
            progress.enter("evaluate")
        progress.step(done.step, done.n_steps)

    return report


def _load(checkpoints: Checkpoints, progress: Progress) -> Checkpoint | None:
    """Load the checkpoint of an interrupted attempt and note it in the run's log."""
    saved = checkpoints.load()
    if saved is not None:
        progress.log("checkpoint", step=int(saved.facts["step"]))
    return saved


def _run_data(context: TrainerContext, gathered: Gathered) -> RunData:
    return RunData(
        new=gathered.new.images(),
        older=gathered.older.images(),
        replay=context.reference.training,
        validation=context.reference.validation,
    )


def _network(name: str, candidate: Candidate, n_symbols: int) -> SymbolNetwork:
    network = network_named(name).build(n_symbols)
    network.load_state_dict(candidate.weights)
    return network.eval()


def _calibrated(
    context: TrainerContext, name: str, network: SymbolNetwork, recipe: Mapping[str, Any]
) -> TrainedModel:
    validation = context.reference.validation
    logits_NK = predict(network, validation.inks).logits_NK
    return TrainedModel(name, network, fit_temperature(logits_NK, validation.labels), recipe)


def _every(seconds: float) -> Callable[[], bool]:
    """Return a function that is true at most once in this many seconds."""
    last = time.monotonic()

    def is_time() -> bool:
        nonlocal last
        if time.monotonic() - last < seconds:
            return False
        last = time.monotonic()
        return True

    return is_time
