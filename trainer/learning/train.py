"""Train a network from scratch: tensors, a recipe and a seed in; a network and figures out.

Accesses neither database nor disk. Fine-tuning on new drawings is in `fine_tune.py`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F

from trainer.learning.augment import augment
from trainer.learning.examples import Examples, as_input
from trainer.learning.loop import (
    Average,
    Checkpoint,
    EpochSampler,
    LoopState,
    OnStep,
    StepReport,
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
from trainer.learning.scores import predict
from trainer.networks.base import SymbolNetwork
from trainer.networks.recipes import Recipe
from trainer.networks.registry import Network

REPORT_EVERY_STEPS = 10
N_BATCH_NORM_IMAGES = 5_120


@dataclass(frozen=True, slots=True)
class Trained:
    """A trained network, on the CPU and in evaluation mode."""

    network: SymbolNetwork
    n_steps: int
    loss: float
    """Loss of the last step."""

    validation_accuracy: float
    """Share of correct predictions on the validation images, 0 to 1."""

    seconds: float
    """Wall time of the steps; after a resumption, of the remaining steps only."""


def train(
    kind: Network,
    examples: Examples,
    validation: Examples,
    seed: int,
    *,
    n_symbols: int,
    recipe: Recipe | None = None,
    on_step: OnStep = lambda report: None,
    keep: Callable[[LoopState], None] | None = None,
    resume: Checkpoint | None = None,
) -> Trained:
    """Train a network from random weights, by its own recipe unless one is given.

    `on_step` and `keep` are called after every tenth step and after the last. `keep` may save a
    checkpoint; `resume` continues from one, given the same other arguments. The validation images
    are evaluated at the end and choose nothing.

    Computes with as many threads as torch is allowed, or with one where that is faster. The same
    seed and number of threads give the same weights, on a CPU bit for bit.

    Raises: whatever `on_step` or `keep` raise.
    """
    recipe = recipe or kind.recipe
    device = best_device()
    n_threads = _threads(kind, n_symbols, recipe, examples, device, resume)
    with seeded(seed), threads(n_threads), tiny_numbers_as_zero():
        state = start(kind, n_symbols, recipe, len(examples), device)
        if resume is not None:
            state.restore(resume.tensors, resume.facts)
        began = time.perf_counter()
        loss = _run(state, recipe, examples.to(device), on_step, keep)
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


def accuracy_on(network: SymbolNetwork, examples: Examples) -> float:
    """Return the share of correct predictions on examples that are on the CPU, 0 to 1."""
    predicted_N = predict(network, examples.ink_NHW.numpy()).predicted_N
    return float((predicted_N == examples.labels_N.numpy()).mean())


def start(
    kind: Network, n_symbols: int, recipe: Recipe, n_examples: int, device: torch.device
) -> LoopState:
    """Build the state at step 0: a network with random weights, its optimiser and sampler."""
    network = kind.build(n_symbols).to(device).to(memory_format=torch.channels_last)
    return LoopState(
        network=network,
        optimiser=_optimiser(network, recipe),
        sampler=EpochSampler(n_examples, recipe.batch_size),
        average=None if recipe.ema_decay is None else Average(network, recipe.ema_decay),
    )


def _threads(
    kind: Network,
    n_symbols: int,
    recipe: Recipe,
    examples: Examples,
    device: torch.device,
    resume: Checkpoint | None,
) -> int:
    """Choose the number of threads; a resumed training keeps its number, for the same result."""
    if resume is not None:
        return int(resume.facts["threads"])
    with seeded(0):
        state = start(kind, n_symbols, recipe, len(examples), device)
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
    on_step: OnStep,
    keep: Callable[[LoopState], None] | None,
) -> float:
    """Run the remaining steps. Returns: the last loss, NaN if no step remained."""
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
        if state.step % REPORT_EVERY_STEPS == 0 or state.step == n_steps:
            loss_value = float(loss.detach())
            right = float((logits_BK.argmax(dim=1) == batch.labels_N).float().mean())
            on_step(StepReport("train", state.step, n_steps, loss_value, right))
            if keep is not None:
                keep(state)
    return loss_value


def _optimiser(network: SymbolNetwork, recipe: Recipe) -> torch.optim.Optimizer:
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
