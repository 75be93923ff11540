"""Interpolate from the champion to the trained network: the strongest one likely to pass the gate.

Networks on the line between two networks of one origin work too. Most of the gain comes early on
that line, most of the loss late (Wortsman et al. 2022; Ilharco et al. 2022). The strength is chosen
on validation images with the gate's own arithmetic: their losses and gains are extrapolated from
5,000 images to the exam's 10,000, with the uncertainty that so few counts leave.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.base.arrays import Mask
from core.versions.paired import ALPHA, CHAMPION_ALPHA, SECOND_ALPHA, is_non_inferior, mcnemar_p
from trainer.learning.augment import augment
from trainer.learning.loop import has_native_bf16
from trainer.learning.replay import RunData
from trainer.learning.scores import BATCH, as_images
from trainer.networks.recipes import Augmentation

STRENGTHS = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.12)
"""Candidates for the strength, strongest first."""

FIRST_CHANCE = 0.5
"""Minimum chance to pass for the first candidate. It may be low, since a second candidate follows.
After 200 drawings (stream `tablet`) full strength has a chance of 0.55 and removes 75 % of the
error, 0.8 has a chance of 0.80 and removes 65 %. With the second candidate as a fallback, starting
at full strength removes as much."""

SECOND_CHANCE = 0.9
"""Minimum chance to pass for the second candidate, at its own stricter level."""

STEP_BACK = 0.75
"""Largest strength of the second candidate, as a share of the first one's."""

N_EXAM = 10_000
"""Number of exam images that the chance to pass is estimated for."""

N_COPIES = 3
"""Mildly distorted copies of the validation images that are evaluated beside the originals."""

COPY_WEIGHT = 1 / 3
"""Weight of a copy beside its original: copies of one image are often misread together."""

MILD = Augmentation(
    rotation_deg=6.0,
    shear=0.1,
    scale=0.06,
    shift_px=1.0,
    bend_px=0.5,
    thickness_share=0.3,
    contrast_share=0.0,
)

LARGEST_COUNT = 120
"""Limit for counts of exam images: a loss of this many counts as held, a larger gain as this many
less one. A weak network gains hundreds in its first run."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A network on the line from the champion to the trained network."""

    weights: dict[str, Tensor]
    """State dict, float32 on the CPU."""

    strength: float
    """0 is the champion, 1 the trained network."""

    chance: float | None
    """Estimated chance to pass the gate; None if it was not estimated."""

    @classmethod
    def at(
        cls, champion: nn.Module, trained: nn.Module, strength: float, chance: float | None = None
    ) -> Candidate:
        """Interpolate at a strength."""
        return cls(between(champion, trained, strength), strength, chance)


def between(champion: nn.Module, trained: nn.Module, strength: float) -> dict[str, Tensor]:
    """Interpolate weights and batch-norm statistics; returns contiguous copies."""
    start, end = champion.state_dict(), trained.state_dict()
    return {
        name: (torch.lerp(start[name], value, strength) if value.is_floating_point() else value)
        .detach()
        .clone()
        .contiguous()
        for name, value in end.items()
    }


def choose_candidates(
    champion: nn.Module,
    trained: nn.Module,
    anchor: nn.Module,
    data: RunData,
    on_choice: Callable[[int, int], None] = lambda n_tried, n_all: None,
) -> tuple[Candidate, ...]:
    """Return the strongest candidate with a fair chance to pass, and a safer one for a second look.

    The second is at most `STEP_BACK` times as strong as the first. If no strength reaches the
    minimum chance, the first is the one with the highest chance and the second the weakest.

    Args:
        on_choice: called with (strengths tried, all strengths); may raise to stop.
    """
    images = _validation_images(data)
    labels = torch.tensor(data.validation.labels).long()
    anchor_correct = _correct(anchor, images, labels)
    champion_correct = anchor_correct if champion is anchor else _correct(champion, images, labels)
    network = copy.deepcopy(trained).to(memory_format=torch.channels_last)
    chances: dict[float, tuple[float, float]] = {}
    first: float | None = None
    for n_tried, strength in enumerate(STRENGTHS, start=1):
        if first is not None and strength > first * STEP_BACK:
            continue
        network.load_state_dict(between(champion, trained, strength))
        correct = _correct(network, images, labels)
        by_champion = chance_to_pass(champion_correct, correct, is_anchor=False)
        by_anchor = (chance_to_pass(anchor_correct, correct, is_anchor=True, alpha=alpha)
                     for alpha in (ALPHA, SECOND_ALPHA))  # fmt: skip
        at_first, at_second = (min(chance, by_champion) for chance in by_anchor)
        chances[strength] = at_first, at_second
        on_choice(n_tried, len(STRENGTHS))
        if first is None and at_first >= FIRST_CHANCE:
            first = strength
        elif first is not None and at_second >= SECOND_CHANCE:
            break
    if first is None:
        first = max(chances, key=lambda one: chances[one][0])
    weaker = [one for one in chances if one <= first * STEP_BACK]
    sure = [one for one in weaker if chances[one][1] >= SECOND_CHANCE]
    second = max(sure, default=min(weaker, default=first / 2))
    return (
        Candidate.at(champion, trained, first, chances[first][0]),
        Candidate.at(champion, trained, second, chances[second][1] if second in chances else None),
    )


@torch.no_grad()
def _correct(network: nn.Module, images: list[Tensor], labels: Tensor) -> Mask:
    """(1 + copies, N) which predictions are correct."""
    network.eval()
    rows = []
    for is_copy, one in enumerate(images):
        # Originals in full precision, as in serving; copies in the fast one.
        with fast_precision() if is_copy else nullcontext():
            predicted = [network(batch)[0].argmax(dim=1) for batch in one.split(BATCH)]
        rows.append((torch.cat(predicted) == labels).numpy())
    return np.stack(rows)


def _validation_images(data: RunData) -> list[Tensor]:
    """Return the validation images, and mildly distorted copies of them."""
    plain = as_images(data.validation.inks)
    copies = [
        torch.cat([augment(batch, MILD) for batch in plain.split(BATCH)]) for _ in range(N_COPIES)
    ]
    return [plain, *copies]


def chance_to_pass(
    reference_correct: Mask,
    correct: Mask,
    *,
    is_anchor: bool,
    alpha: float = ALPHA,
) -> float:
    """Estimate the chance that the gate's rule on the exam passes, from validation images.

    Losses and gains are two Poisson counts whose rates have Jeffreys' prior and the validation
    images as data; on the exam each is then negative-binomial.

    Args:
        reference_correct: (R, N), the original images in the first row, then their copies, which
            count `COPY_WEIGHT` each. `correct` has the same shape.
        alpha: level of the rule against the anchor.
    """
    weights = np.array([1.0] + [COPY_WEIGHT] * (len(correct) - 1))
    n_lost = float(weights @ (reference_correct & ~correct).sum(axis=1))
    n_gained = float(weights @ (correct & ~reference_correct).sum(axis=1))
    exposure = float(weights.sum()) * correct.shape[1] / N_EXAM
    lost = _predictive(n_lost, exposure)
    gained = _predictive(n_gained, exposure)
    gained[-1] += max(0.0, 1.0 - gained.sum())
    return float(lost @ _passes(alpha if is_anchor else None) @ gained)


def _predictive(count: float, exposure: float) -> NDArray[np.float64]:
    """Return P(0), P(1), … of a count in `N_EXAM` images, given `count` in `exposure` times more.

    Truncated at `LARGEST_COUNT`, so the sum may be less than one.
    """
    shape = count + 0.5
    share = 1.0 / (1.0 + exposure)
    return np.array(
        [
            math.exp(
                math.lgamma(k + shape)
                - math.lgamma(shape)
                - math.lgamma(k + 1)
                + k * math.log(share)
                + shape * math.log(1.0 - share)
            )
            for k in range(LARGEST_COUNT)
        ]
    )


@cache
def _passes(alpha: float | None) -> NDArray[np.float64]:
    """Table (lost, gained), 1 where the gate passes: non-inferiority, or the exact test if None."""
    table = np.zeros((LARGEST_COUNT, LARGEST_COUNT))
    for n_lost in range(LARGEST_COUNT):
        for n_gained in range(LARGEST_COUNT):
            table[n_lost, n_gained] = (
                is_non_inferior(n_lost, n_gained, N_EXAM, alpha)
                if alpha is not None
                else mcnemar_p(n_lost, n_gained) >= CHAMPION_ALPHA
            )
    return table


def fast_precision() -> AbstractContextManager[Any]:
    """Return a context for bf16 (2.6 times faster) if supported, otherwise for full precision."""
    if has_native_bf16(torch.device("cpu")):
        return torch.autocast("cpu", torch.bfloat16)
    return nullcontext()
