"""Training from scratch: tensors, a recipe and a seed in; a network and its figures out.

Pure: neither database nor disk. How a champion learns from new drawings is in `fine_tune.py`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from trainer.learning.augment import augment
from trainer.learning.examples import Examples, as_input
from trainer.learning.loop import (
    Average,
    EpochSampler,
    LoopState,
    Progress,
    best_device,
    decay_groups,
    fastest_threads,
    has_native_bf16,
    one_cycle,
    recompute_batch_norm,
    seeded,
    set_learning_rate,
    threads,
    tiny_numbers_as_zero,
)
from trainer.learning.scores import read
from trainer.networks.base import DigitNetwork
from trainer.networks.recipes import Recipe
from trainer.networks.registry import Network

PROGRESS_EVERY_STEPS = 10
N_BATCH_NORM_IMAGES = 5_120

PHASE = "training"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What `LoopState.tensors()` and `.facts()` gave when a training was broken off."""

    tensors: Mapping[str, Tensor]
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Trained:
    """A network as it came out of training, on the CPU and in evaluation mode."""

    network: DigitNetwork
    n_steps: int
    loss: float
    """Of the last step."""

    validation_accuracy: float
    """Share of the validation images read right, 0 to 1."""

    seconds: float
    """Wall time of the steps done here: after a resumption, of the rest alone."""


def _ignore(phase: str, step: int, n_steps: int, loss: float, accuracy: float) -> None:
    pass


def train(
    kind: Network,
    examples: Examples,
    validation: Examples,
    seed: int,
    *,
    recipe: Recipe | None = None,
    progress: Progress = _ignore,
    keep: Callable[[LoopState], None] | None = None,
    resume: Checkpoint | None = None,
) -> Trained:
    """Train a network of this kind from random weights; by its own recipe unless one is given.

    `progress` and `keep` are called after every tenth step and after the last. `keep` may take a
    checkpoint (it decides how often); `resume` goes on from one, given the same other arguments.
    The validation images are only read at the end: nothing here chooses by them.

    Computes with as many threads as torch is allowed, or with one where that is faster. The same
    seed and number of threads give the same weights, on the CPU bit for bit.

    Raises: whatever `progress` or `keep` raise.
    """
    recipe = recipe or kind.recipe
    device = best_device()
    n_threads = _threads(kind, recipe, examples, device, resume)
    with seeded(seed), threads(n_threads), tiny_numbers_as_zero():
        state = start(kind, recipe, len(examples), device)
        if resume is not None:
            state.restore(resume.tensors, resume.facts)
        began = time.perf_counter()
        loss = _run(state, recipe, examples.to(device), progress, keep)
        if state.average is not None:
            state.average.copy_to(state.network)
            chosen = torch.randperm(len(examples))[:N_BATCH_NORM_IMAGES]
            recompute_batch_norm(state.network, examples.ink_NHW[chosen].to(device))
    seconds = time.perf_counter() - began
    network = state.network.to("cpu").eval()
    return Trained(
        network=network,
        n_steps=state.step,
        loss=loss,
        validation_accuracy=accuracy_on(network, validation),
        seconds=seconds,
    )


def accuracy_on(network: DigitNetwork, examples: Examples) -> float:
    """Share of the examples (on the CPU) that the network reads right, 0 to 1."""
    predicted_N = read(network, examples.ink_NHW.numpy()).predicted_N
    return float((predicted_N == examples.labels_N.numpy()).mean())


def start(kind: Network, recipe: Recipe, n_examples: int, device: torch.device) -> LoopState:
    """A network with random weights and everything about it at step 0."""
    network = kind.build().to(device).to(memory_format=torch.channels_last)
    return LoopState(
        network=network,
        optimiser=_optimiser(network, recipe),
        sampler=EpochSampler(n_examples, recipe.batch_size),
        average=None if recipe.ema_decay is None else Average(network, recipe.ema_decay),
    )


def _threads(
    kind: Network,
    recipe: Recipe,
    examples: Examples,
    device: torch.device,
    resume: Checkpoint | None,
) -> int:
    """As many as torch is allowed, or one; when resumed, as many as before, for the same result."""
    if resume is not None:
        return int(resume.facts["threads"])
    with seeded(0):
        state = start(kind, recipe, len(examples), device)
        batch = examples.at(torch.randperm(len(examples))[: recipe.batch_size]).to(device)

        def step() -> None:
            with _precision(recipe, device):
                logits_BK, _ = state.network(as_input(batch.ink_NHW))
            F.cross_entropy(logits_BK.float(), batch.labels_N).backward()

        return fastest_threads(torch.get_num_threads(), step)


def _run(
    state: LoopState,
    recipe: Recipe,
    examples: Examples,
    progress: Progress,
    keep: Callable[[LoopState], None] | None,
) -> float:
    """Do the steps that are left. Returns: the last loss, NaN when none was left."""
    sampler = state.sampler
    assert isinstance(sampler, EpochSampler)
    n_steps = sampler.n_batches * recipe.n_epochs
    network = state.network.train()
    loss_value = float("nan")
    while state.step < n_steps:
        batch = examples.at(sampler.draw().to(examples.ink_NHW.device))
        ink_B1HW = as_input(batch.ink_NHW)
        if recipe.augmentation is not None:
            ink_B1HW = augment(ink_B1HW, recipe.augmentation)
        if recipe.schedule == "one_cycle":
            rate = one_cycle(state.step, n_steps, recipe.learning_rate, recipe.warm_share)
            set_learning_rate(state.optimiser, rate)
        with _precision(recipe, ink_B1HW.device):
            logits_BK, _ = network(ink_B1HW)
        loss = F.cross_entropy(
            logits_BK.float(), batch.labels_N, label_smoothing=recipe.label_smoothing
        )
        state.optimiser.zero_grad()
        loss.backward()
        state.optimiser.step()
        state.step += 1
        if state.average is not None:
            state.average.update(network, state.step)
        if state.step % PROGRESS_EVERY_STEPS == 0 or state.step == n_steps:
            loss_value = float(loss.detach())
            right = float((logits_BK.argmax(dim=1) == batch.labels_N).float().mean())
            progress(PHASE, state.step, n_steps, loss_value, right)
            if keep is not None:
                keep(state)
    return loss_value


def _optimiser(network: DigitNetwork, recipe: Recipe) -> torch.optim.Optimizer:
    if recipe.optimiser == "sgd":
        return torch.optim.SGD(
            network.parameters(), lr=recipe.learning_rate, momentum=recipe.momentum
        )
    if recipe.optimiser == "adam":
        return torch.optim.Adam(
            network.parameters(), lr=recipe.learning_rate, betas=recipe.betas, fused=True
        )
    groups = decay_groups(network, recipe.weight_decay)
    return torch.optim.AdamW(groups, lr=recipe.learning_rate, betas=recipe.betas, fused=True)


def _precision(recipe: Recipe, device: torch.device) -> AbstractContextManager[Any]:
    if recipe.bf16 and has_native_bf16(device):
        return torch.autocast(device.type, torch.bfloat16)
    return nullcontext()
