"""What a network reads, and how well: digits, probabilities, features, and scores of them.

Scores are pure functions of arrays. Shapes: N drawings, K = 10 digits, F features, T traits.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from trainer.networks.base import DigitNetwork

Inks = NDArray[np.uint8]
Floats = NDArray[np.float32]
Digits = NDArray[np.integer[Any]]

BATCH = 500
"""Drawings per forward pass: the maps of so many still fit the second-level cache."""

ECE_BINS = 15

CERTAINTY_EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999)
"""Lower ends of the bins of a reliability diagram; the last one ends at 1. Narrower towards 1,
where nearly all drawings lie."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one network said of N drawings."""

    logits_NK: Floats
    features_NF: Floats
    traits_NT: Floats
    """What a familiarity goes by: see `DigitNetwork.look`."""

    @property
    def predicted_N(self) -> NDArray[np.uint8]:
        """(N,) the digits read."""
        return self.logits_NK.argmax(axis=1).astype(np.uint8)

    def probabilities_NK(self, temperature: float = 1.0) -> Floats:
        """(N, 10) softmax of the logits divided by `temperature`."""
        scaled = self.logits_NK / np.float32(temperature)
        scaled = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        return np.asarray(scaled / scaled.sum(axis=1, keepdims=True), dtype=np.float32)


def as_images(inks_NHW: Inks) -> Tensor:
    """Inks (N, 28, 28) uint8 as images (N, 1, 28, 28) float in [0, 1], 1 = ink."""
    # A copy: arrays read from files are often read-only, which torch does not know.
    return torch.tensor(inks_NHW).unsqueeze(1).float().div_(255.0)


def read(
    network: DigitNetwork, inks_NHW: Inks, on_batch: Callable[[int, int], None] | None = None
) -> Reading:
    """Read drawings in evaluation mode and full precision; the network is left as it was.

    Channels last, which takes half the time: 10,000 drawings on one core 0.52 s instead of 1.17,
    logits equal to 5e-6.

    Args:
        on_batch: called with (drawings read, all drawings) after each batch; may raise to stop.
    """
    network = copy.deepcopy(network).eval().to(memory_format=torch.channels_last)
    looks = []
    with torch.inference_mode():
        for start in range(0, len(inks_NHW), BATCH):
            images = as_images(inks_NHW[start : start + BATCH])
            looks.append(network.look(images.contiguous(memory_format=torch.channels_last)))
            if on_batch is not None:
                on_batch(min(start + BATCH, len(inks_NHW)), len(inks_NHW))
    if not looks:
        return Reading(*(np.zeros((0, width), np.float32) for width in (10, 1, 1)))
    return Reading(*(torch.cat(parts).float().numpy() for parts in zip(*looks, strict=True)))


def accuracy(predicted_N: Digits, labels_N: Digits) -> float:
    """Share read right; 0.0 of no drawings."""
    return float((predicted_N == labels_N).mean()) if len(labels_N) else 0.0


def accuracy_by_digit(predicted_N: Digits, labels_N: Digits) -> list[float | None]:
    """Ten shares; None for a digit that does not occur."""
    right_N = predicted_N == labels_N
    chosen = [labels_N == digit for digit in range(10)]
    return [float(right_N[one].mean()) if one.any() else None for one in chosen]


def negative_log_likelihood(probabilities_NK: Floats, labels_N: Digits) -> float:
    """Mean of −log p(label), in nats. Probabilities below 1e-12 count as that."""
    if not len(labels_N):
        return 0.0
    chosen_N = probabilities_NK[np.arange(len(labels_N)), labels_N].astype(np.float64)
    return float(-np.log(np.maximum(chosen_N, 1e-12)).mean())


def expected_calibration_error(
    probabilities_NK: Floats, labels_N: Digits, n_bins: int = ECE_BINS
) -> float:
    """How far certainty is from the share read right, as a share (0.004 is 0.4 %).

    Drawings are sorted by certainty into bins of equal mass, and the gaps of the bins averaged.
    Bins of equal width would leave all but the last empty: a good network is nearly always sure.
    """
    if not len(labels_N):
        return 0.0
    certainty_N = probabilities_NK.max(axis=1).astype(np.float64)
    right_N = probabilities_NK.argmax(axis=1) == labels_N
    # Stable, so that equal certainties fall into the same bins on every machine.
    order = np.argsort(certainty_N, kind="stable")
    gaps = [
        abs(float(certainty_N[part].mean()) - float(right_N[part].mean())) * len(part)
        for part in np.array_split(order, n_bins)
        if len(part)
    ]
    return sum(gaps) / len(labels_N)


def certainty_bins(probabilities_NK: Floats, labels_N: Digits) -> list[dict[str, Any]]:
    """What a reliability diagram shows: how sure the network was, and how often it was right.

    Returns: `{"at_least", "n", "certainty", "n_right"}` for each bin with drawings, from the least
        sure; `at_least` is one of `CERTAINTY_EDGES`, `certainty` the mean of the bin, 0 to 1.
    """
    certainty_N = probabilities_NK.max(axis=1).astype(np.float64)
    right_N = probabilities_NK.argmax(axis=1) == labels_N
    bin_N = np.searchsorted(CERTAINTY_EDGES, certainty_N, side="right") - 1
    return [
        {
            "at_least": edge,
            "n": int(chosen_N.sum()),
            "certainty": float(certainty_N[chosen_N].mean()),
            "n_right": int(right_N[chosen_N].sum()),
        }
        for number, edge in enumerate(CERTAINTY_EDGES)
        if (chosen_N := bin_N == number).any()
    ]
