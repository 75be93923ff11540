"""The parts of a training loop that every way of training shares.

`LoopState` is all that a broken-off training needs to go on as if nothing had happened; on a CPU
bit for bit, with as many threads as before. Neither database nor disk is touched here.
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
from trainer.networks.base import DigitNetwork

N_TRIALS = 3
"""Steps with each number of threads before one is chosen."""


class Progress(Protocol):
    """Told how training goes, at least every 10 steps. May raise, which ends the training."""

    def __call__(
        self, phase: str, step: int, n_steps: int, loss: float, accuracy: float
    ) -> None: ...


class Sampler(Protocol):
    """Draws what each step learns from, and can be put back to where it was."""

    def tensors(self) -> dict[str, Tensor]: ...

    def restore(self, tensors: Mapping[str, Tensor]) -> None: ...


class EpochSampler:
    """Indices of one batch after another: everything once, in random order, then anew.

    What does not fill a batch at the end of an epoch is left out of it.
    """

    def __init__(self, n: int, batch_size: int) -> None:
        self._n = n
        self._batch_size = min(batch_size, n)
        self._order = torch.empty(0, dtype=torch.int64)
        self._place = 0

    @property
    def n_batches(self) -> int:
        """Batches in an epoch."""
        return self._n // self._batch_size

    def draw(self) -> Tensor:
        """The next indices, (B,) int64."""
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
    """The exponential moving average of a network's weights.

    It forgets faster at the start, so that the random first weights leave no trace.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self._decay = decay
        self.weights = [p.detach().clone() for p in network.parameters()]

    def update(self, network: nn.Module, step: int) -> None:
        """Take in the weights after step `step`, counted from 1."""
        decay = min(self._decay, (1 + step) / (10 + step))
        latest = [p.detach() for p in network.parameters()]
        torch._foreach_lerp_(self.weights, latest, 1 - decay)

    def copy_to(self, network: nn.Module) -> None:
        """Give the network the averaged weights; its batch norm has to be recomputed then."""
        with torch.no_grad():
            torch._foreach_copy_(list(network.parameters()), self.weights)


@dataclass
class LoopState:
    """Where a training is: weights, optimiser, average, sampler, step and random state."""

    network: DigitNetwork
    optimiser: torch.optim.Optimizer
    sampler: Sampler
    average: Average | None = None
    step: int = 0
    """Steps done."""

    def tensors(self) -> dict[str, Tensor]:
        """All of it but the step, as contiguous copies on the CPU under flat names."""
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
        """The rest, as JSON values."""
        return {"step": self.step, "threads": torch.get_num_threads()}

    def restore(self, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
        """Put everything back to where `tensors()` and `facts()` were taken.

        Torch's random state changes too. Raises: RuntimeError or KeyError, when they were taken
        from another kind of network or sampler.
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
                # In the memory order of the weights: fused optimisers walk both side by side.
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
    """Torch's random state from `seed` inside, and as it was before outside."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield


@contextmanager
def tiny_numbers_as_zero() -> Iterator[None]:
    """Take numbers below 1e-38 for zero inside: dead weights decay into them, and each product with
    one costs a hundred times more. Outside, arithmetic is what IEEE 754 says."""
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


@contextmanager
def threads(n: int) -> Iterator[None]:
    """Compute with `n` threads inside, and with as many as before outside."""
    before = torch.get_num_threads()
    torch.set_num_threads(n)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def fastest_threads(limit: int, step: Callable[[], object]) -> int:
    """Whether `step` is faster with one thread or with `limit`, tried in turn.

    Threads wait for each other busily. Where other programs want the same cores, a step of
    `compact` took 850 ms with two threads and 170 ms with one (load 9 on 2 cores, torch 2.14.1).
    """
    if limit == 1:
        return 1
    seconds = {1: 0.0, limit: 0.0}
    for n in seconds:
        with threads(n):
            step()  # the first one plans; it is not counted
    for _ in range(N_TRIALS):
        for n in seconds:
            with threads(n):
                began = time.perf_counter()
                step()
                seconds[n] += time.perf_counter() - began
    return min(seconds, key=seconds.__getitem__)


def best_device() -> torch.device:
    """CUDA where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def has_native_bf16(device: torch.device) -> bool:
    """Whether bfloat16 is computed in hardware: emulated, it is slower than float32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def one_cycle(step: int, n_steps: int, peak: float, warm_share: float) -> float:
    """The learning rate of a step counted from 0: up in a straight line, down in half a cosine.

    Source: Smith and Topin 2017, "Super-convergence"; cosine as in torch's OneCycleLR.
    """
    share = (step + 1) / (n_steps + 1)
    if share < warm_share:
        return peak * share / warm_share
    return peak * 0.5 * (1 + math.cos(math.pi * (share - warm_share) / (1 - warm_share)))


def set_learning_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    """For all groups of weights."""
    for group in optimiser.param_groups:
        group["lr"] = rate


def decay_groups(network: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Parameters for an optimiser: matrices and kernels decay, biases and batch norm do not."""
    parameters = list(network.parameters())
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]


def recompute_batch_norm(network: nn.Module, ink_NHW: Tensor, batch_size: int = 256) -> None:
    """Replace the running statistics by their plain mean over batches of `ink_NHW` (N, 28, 28).

    Needed whenever weights were averaged or interpolated: statistics do not average with them.
    """
    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
    if not norms:
        return
    momenta = [norm.momentum for norm in norms]
    was_training = network.training
    network.eval()  # dropout stays out of it
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
