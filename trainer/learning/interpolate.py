"""How far to go from the champion: the strongest interpolation that should hold at the gate.

The weights between two networks of one origin make networks too, and most of what was learned
comes early on the way while most of what is lost comes late (Wortsman et al. 2022; Ilharco et al.
2022). Where to stop is asked of validation images with the gate's own arithmetic: their losses
and gains, from 5,000 images to the test set's 10,000, with the doubt that so few counts leave.
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

from core.versions.paired import ALPHA, SECOND_ALPHA, holds, mcnemar_p
from trainer.learning.augment import Augmentation, augment
from trainer.learning.loop import has_native_bf16
from trainer.learning.replay import RunData
from trainer.learning.scores import BATCH, as_images
from trainer.pipeline.gate import CHAMPION_ALPHA

STRENGTHS = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.12)
"""Tried from the strongest down."""

FIRST_CHANCE = 0.5
"""How sure the first candidate must be to hold. It may be bold, a second one stands behind it.
After 200 drawings (tablet) full strength has a chance of 0.55 and cuts 75 % of the error, 0.8 has
one of 0.80 and cuts 65 %: with the second one behind it, the bold one cuts as much."""

SECOND_CHANCE = 0.9
"""How sure the second one must be, at its own stricter level: it is the last."""

STEP_BACK = 0.75
"""How strong the second one may be beside the first."""

N_TEST = 10_000

N_COPIES = 3
"""Mildly distorted copies of the validation images, read beside the originals."""

COPY_WEIGHT = 1 / 3
"""How much a copy tells beside its original: copies of one image are often misread together."""

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
"""Counts of test images: who may lose this many is taken to be held, who gains more, to gain this
many less one. A weak network gains hundreds by its first run."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A network between champion and trained one."""

    weights: dict[str, Tensor]
    """Its state dict, float32 on the CPU."""

    strength: float
    """0 is the champion, 1 the network as trained."""

    chance: float | None
    """The estimated chance to hold; None if nobody asked."""

    @classmethod
    def at(
        cls, champion: nn.Module, trained: nn.Module, strength: float, chance: float | None = None
    ) -> Candidate:
        """The candidate at a strength."""
        return cls(between(champion, trained, strength), strength, chance)


def between(champion: nn.Module, trained: nn.Module, strength: float) -> dict[str, Tensor]:
    """Weights and batch-norm statistics on the line from champion to trained, contiguous copies."""
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
    """The strongest candidate that may well hold, and a careful one for a second look.

    The second is at most `STEP_BACK` times as strong as the first. If none is likely enough, the
    likeliest is offered, and behind it the weakest.

    Args:
        on_choice: called with (strengths tried, all strengths); may raise to stop.
    """
    images = _validation_images(data)
    labels = torch.tensor(data.validation_labels).long()
    anchor_right = _right(anchor, images, labels)
    champion_right = anchor_right if champion is anchor else _right(champion, images, labels)
    network = copy.deepcopy(trained).to(memory_format=torch.channels_last)
    chances: dict[float, tuple[float, float]] = {}
    first: float | None = None
    for n_tried, strength in enumerate(STRENGTHS, start=1):
        if first is not None and strength > first * STEP_BACK:
            continue
        network.load_state_dict(between(champion, trained, strength))
        right = _right(network, images, labels)
        by_champion = chance_to_hold(champion_right, right, is_anchor=False)
        by_anchor = (chance_to_hold(anchor_right, right, is_anchor=True, alpha=alpha)
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
def _right(network: nn.Module, images: list[Tensor], labels: Tensor) -> NDArray[np.bool_]:
    """(1 + copies, N) which readings are right."""
    network.eval()
    rows = []
    for is_copy, one in enumerate(images):
        # The originals in full precision, as they are served; the copies in the fast one.
        with fast_precision() if is_copy else nullcontext():
            digits = [network(batch)[0].argmax(dim=1) for batch in one.split(BATCH)]
        rows.append((torch.cat(digits) == labels).numpy())
    return np.stack(rows)


def _validation_images(data: RunData) -> list[Tensor]:
    """The validation images, and mildly distorted copies of them in a random order of their own."""
    plain = as_images(data.validation_inks)
    copies = [
        torch.cat([augment(batch, MILD) for batch in plain.split(BATCH)]) for _ in range(N_COPIES)
    ]
    return [plain, *copies]


def chance_to_hold(
    reference_right: NDArray[np.bool_],
    right: NDArray[np.bool_],
    *,
    is_anchor: bool,
    alpha: float = ALPHA,
) -> float:
    """The chance that the gate's rule on MNIST passes, given what validation images show.

    Losses and gains are two Poisson counts whose rates have Jeffreys' prior and the validation
    images as data; on the test set each is then negative-binomial. Both arguments (R, N): the
    original images first, then their copies, which count `COPY_WEIGHT` each. `alpha`: of the rule
    against the anchor.
    """
    weights = np.array([1.0] + [COPY_WEIGHT] * (len(right) - 1))
    n_lost = float(weights @ (reference_right & ~right).sum(axis=1))
    n_gained = float(weights @ (right & ~reference_right).sum(axis=1))
    exposure = float(weights.sum()) * right.shape[1] / N_TEST
    lost = _predictive(n_lost, exposure)
    gained = _predictive(n_gained, exposure)
    gained[-1] += max(0.0, 1.0 - gained.sum())
    return float(lost @ _passes(alpha if is_anchor else None) @ gained)


def _predictive(count: float, exposure: float) -> NDArray[np.float64]:
    """P(0), P(1), … of a count over 10,000 images, after `count` in `exposure` times as many.

    Up to `LARGEST_COUNT`, so the sum may be less than one.
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
    """(lost, gained) → 1 where the gate passes: non-inferiority, or the exact test when None."""
    table = np.zeros((LARGEST_COUNT, LARGEST_COUNT))
    for n_lost in range(LARGEST_COUNT):
        for n_gained in range(LARGEST_COUNT):
            table[n_lost, n_gained] = (
                holds(n_lost, n_gained, N_TEST, alpha)
                if alpha is not None
                else mcnemar_p(n_lost, n_gained) >= CHAMPION_ALPHA
            )
    return table


def fast_precision() -> AbstractContextManager[Any]:
    """bf16 where the processor multiplies it (2.6 times faster here); elsewhere full precision."""
    if has_native_bf16(torch.device("cpu")):
        return torch.autocast("cpu", torch.bfloat16)
    return nullcontext()
