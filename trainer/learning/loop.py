"""Parts that both training loops share: state, samplers, averaging, threads and schedules.

`LoopState` is everything that an interrupted training needs to continue; on a CPU the result is
bit-equal with the same number of threads. Nothing here accesses the database or the disk.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from trainer.learning.examples import as_input
from trainer.networks.base import SymbolNetwork

N_TRIALS = 3
"""Timed steps with each number of threads before one is chosen."""


@dataclass(frozen=True, slots=True)
class StepReport:
    """State of a training after a step. `loss` in nats, `accuracy` as a share of the batch."""

    phase: str
    """`train`, or `choose` while a fine-tuning picks its candidates."""

    step: int
    n_steps: int
    loss: float | None = None
    accuracy: float | None = None


OnStep = Callable[[StepReport], None]
"""Called during training. May raise, which ends the training."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The whole state of a training: tensors for a safetensors file, facts as JSON values."""

    tensors: Mapping[str, Tensor]
    facts: Mapping[str, Any]


class Sampler(Protocol):
    """Draws the examples of each step; its state can be saved and restored."""

    def tensors(self) -> dict[str, Tensor]: ...

    def restore(self, tensors: Mapping[str, Tensor]) -> None: ...


class EpochSampler:
    """Batches of indices: each epoch is a new random order. An incomplete last batch is dropped."""

    def __init__(self, n: int, batch_size: int) -> None:
        self._n = n
        self._batch_size = min(batch_size, n)
        self._order = torch.empty(0, dtype=torch.int64)
        self._place = 0

    @property
    def n_batches(self) -> int:
        """Number of batches in an epoch."""
        return self._n // self._batch_size

    def draw(self) -> Tensor:
        """Return the next indices, (B,) int64."""
        if self._place + self._batch_size > len(self._order):
            self._order = torch.randperm(self._n)
            self._place = 0
        self._place += self._batch_size
        return self._order[self._place - self._batch_size : self._place]

    def tensors(self) -> dict[str, Tensor]:
        return {"order": self._order, "place": torch.tensor(self._place)}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        self._order = tensors["order"].clone()
        self._place = int(tensors["place"])


class Average:
    """Exponential moving average of a network's weights.

    The decay is smaller at the start, so that the random initial weights do not remain in it.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self._decay = decay
        self.weights = [p.detach().clone() for p in network.parameters()]

    def update(self, network: nn.Module, step: int) -> None:
        """Add the weights after step `step`, counted from 1."""
        decay = min(self._decay, (1 + step) / (10 + step))
        latest = [p.detach() for p in network.parameters()]
        torch._foreach_lerp_(self.weights, latest, 1 - decay)

    def copy_to(self, network: nn.Module) -> None:
        """Copy the averaged weights into the network. Recompute its batch norm afterwards."""
        with torch.no_grad():
            torch._foreach_copy_(list(network.parameters()), self.weights)


@dataclass
class LoopState:
    """State of a training: weights, optimiser, average, sampler, step and random state."""

    network: SymbolNetwork
    optimiser: torch.optim.Optimizer
    sampler: Sampler
    average: Average | None = None
    step: int = 0
    """Number of steps done."""

    def tensors(self) -> dict[str, Tensor]:
        """Return all tensors, as contiguous copies on the CPU under flat names."""
        found = {f"network.{k}": v for k, v in self.network.state_dict().items()}
        found |= {f"sampler.{k}": v for k, v in self.sampler.tensors().items()}
        if self.average is not None:
            found |= {f"average.{i}": v for i, v in enumerate(self.average.weights)}
        for index, values in self.optimiser.state_dict()["state"].items():
            for key, value in values.items():
                if value is not None:
                    found[f"optimiser.{index}.{key}"] = value
        found |= _random_states()
        return {k: v.detach().to("cpu", copy=True).contiguous() for k, v in found.items()}

    def facts(self) -> dict[str, Any]:
        """Return the remaining state as JSON values."""
        return {"step": self.step, "threads": torch.get_num_threads()}

    def restore(self, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
        """Restore the state, including torch's random state.

        Raises: RuntimeError or KeyError, if it was saved from another kind of network or sampler.
        """
        self.step = int(facts["step"])
        self.network.load_state_dict(_under("network.", tensors))
        self.sampler.restore(_under("sampler.", tensors))
        if self.average is not None:
            for index, weights in enumerate(self.average.weights):
                weights.copy_(tensors[f"average.{index}"])
        self._restore_optimiser(_under("optimiser.", tensors))
        _set_random_states(_under("random.", tensors))

    def _restore_optimiser(self, tensors: Mapping[str, Tensor]) -> None:
        weights = [p for group in self.optimiser.param_groups for p in group["params"]]
        states: dict[int, dict[str, Tensor]] = {}
        for name, value in tensors.items():
            index, key = name.split(".")
            like = weights[int(index)]
            if value.shape == like.shape:
                # Fused optimisers require the memory order of the weights.
                value = torch.empty_like(like).copy_(value)
            states.setdefault(int(index), {})[key] = value
        groups = self.optimiser.state_dict()["param_groups"]
        self.optimiser.load_state_dict({"state": states, "param_groups": groups})


def _under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}


def _random_states() -> dict[str, Tensor]:
    states = {"random.cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        states["random.cuda"] = torch.cuda.get_rng_state()
    return states


def _set_random_states(states: Mapping[str, Tensor]) -> None:
    torch.set_rng_state(states["cpu"])
    if "cuda" in states and torch.cuda.is_available():
        torch.cuda.set_rng_state(states["cuda"])


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed torch inside the block and restore its random state afterwards."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield


@contextmanager
def tiny_numbers_as_zero() -> Iterator[None]:
    """Flush subnormal numbers (below 1e-38) to zero inside the block.

    Dead weights decay into them, and each product with one costs a hundred times more.
    """
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


@contextmanager
def threads(n: int) -> Iterator[None]:
    """Compute with `n` threads inside the block and restore the number afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(n)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def fastest_threads(limit: int, step: Callable[[], object]) -> int:
    """Return 1 or `limit`, whichever number of threads runs `step` faster. Both are timed.

    Torch's threads wait for each other in busy loops. On a busy machine a step of `compact` took
    850 ms with two threads and 170 ms with one (load 9 on 2 cores, torch 2.14.1).
    """
    if limit == 1:
        return 1
    seconds = {1: 0.0, limit: 0.0}
    for n in seconds:
        with threads(n):
            step()  # warm-up, not timed
    for _ in range(N_TRIALS):
        for n in seconds:
            with threads(n):
                began = time.perf_counter()
                step()
                seconds[n] += time.perf_counter() - began
    return min(seconds, key=seconds.__getitem__)


def best_device() -> torch.device:
    """Return CUDA if available, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def has_native_bf16(device: torch.device) -> bool:
    """Return whether bfloat16 runs in hardware; emulated, it is slower than float32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def one_cycle(step: int, n_steps: int, peak: float, warm_share: float) -> float:
    """Return the learning rate of a step counted from 0: linear rise, then half a cosine down.

    Source: Smith and Topin 2017, "Super-convergence"; cosine as in torch's OneCycleLR.
    """
    share = (step + 1) / (n_steps + 1)
    if share < warm_share:
        return peak * share / warm_share
    return peak * 0.5 * (1 + math.cos(math.pi * (share - warm_share) / (1 - warm_share)))


def set_learning_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    """Set the rate of all parameter groups."""
    for group in optimiser.param_groups:
        group["lr"] = rate


def decay_groups(network: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Group parameters for an optimiser: matrices and kernels decay, biases and norms do not."""
    parameters = list(network.parameters())
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]


def recompute_batch_norm(network: nn.Module, ink_NHW: Tensor, batch_size: int = 256) -> None:
    """Replace batch norm's running statistics by their mean over batches of `ink_NHW` (N, 28, 28).

    Averaged or interpolated weights need it: the statistics do not average with the weights.
    """
    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
    if not norms:
        return
    momenta = [norm.momentum for norm in norms]
    was_training = network.training
    network.eval()  # no dropout
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the mean over all batches
        norm.train()
    with torch.no_grad():
        for batch in ink_NHW.split(batch_size):
            network(as_input(batch))
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    network.train(was_training)
