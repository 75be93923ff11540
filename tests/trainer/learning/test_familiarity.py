"""Telling digits from strangers: the border in feature space, on a network drawn by hand."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.symbols.digits.non_digits import (
    LETTERS,
    coarse,
    letter,
    pen_drawn_digits,
    pen_drawn_strangers,
    scribble,
    several,
)
from tests.support.tiny_world import SMALL_FIT
from trainer.learning import familiarity as familiarity_module
from trainer.learning.familiarity import Familiarity
from trainer.learning.scores import read
from trainer.networks.base import DigitNetwork

Inks = NDArray[np.uint8]


class Quarters(nn.Module):
    """Features that need no training: mean ink in each of 49 squares of 4 × 4 pixels."""

    def forward(self, ink_B1HW: Tensor) -> Tensor:
        return nn.functional.avg_pool2d(ink_B1HW, 4).flatten(1)


@pytest.fixture(scope="module", autouse=True)
def small_fit() -> Iterator[None]:
    """A few hundred drawings of each kind are enough for features as plain as these."""
    with pytest.MonkeyPatch.context() as patch:
        for name, n in SMALL_FIT.items():
            patch.setattr(familiarity_module, name, n)
        yield


@pytest.fixture(scope="module")
def network() -> DigitNetwork:
    torch.manual_seed(0)
    return DigitNetwork(Quarters(), nn.Linear(49, 10)).eval()


@pytest.fixture(scope="module")
def digits() -> tuple[Inks, NDArray[np.int64]]:
    """Stand-ins for MNIST, with labels that are only needed to have ten groups."""
    inks = pen_drawn_digits(700, seed=1)
    return inks, np.arange(len(inks)) % 10


@pytest.fixture(scope="module")
def familiarity(network: DigitNetwork, digits: tuple[Inks, NDArray[np.int64]]) -> Familiarity:
    inks, labels = digits
    return Familiarity.fit(network, inks[:400], labels[:400], inks[400:])


def test_it_refuses_few_digits_that_it_was_not_shown(
    familiarity: Familiarity, network: DigitNetwork
) -> None:
    unseen = pen_drawn_digits(300, seed=77)

    assert familiarity.is_digit(read(network, unseen)).mean() >= 0.97


def test_a_network_that_sees_no_difference_can_still_be_saved(
    digits: tuple[Inks, NDArray[np.int64]],
) -> None:
    inks, labels = digits
    ruined = DigitNetwork(Quarters(), nn.Linear(49, 10)).eval()
    ruined.body = nn.Sequential(ruined.body, nn.Threshold(2.0, 0.0))  # nothing passes: all zero

    familiarity = Familiarity.fit(ruined, inks[:400], labels[:400], inks[400:])

    assert np.isfinite(familiarity.of(read(ruined, inks[400:]))).all()


class Faint(nn.Module):
    """What a ruined network makes of everything: nearly the same."""

    def forward(self, features_NF: Tensor) -> Tensor:
        return 1.0 + 1e-6 * features_NF


def test_rounding_is_no_sign_of_a_stranger_when_hardly_anything_differs(
    digits: tuple[Inks, NDArray[np.int64]],
) -> None:
    inks, labels = digits
    ruined = DigitNetwork(nn.Sequential(Quarters(), Faint()), nn.Linear(49, 10)).eval()
    familiarity = Familiarity.fit(ruined, inks[:400], labels[:400], inks[400:])
    reading = read(ruined, inks[400:])
    logits_NK, traits_NT = (torch.from_numpy(one) for one in (reading.logits_NK, reading.traits_NT))
    chance = torch.Generator().manual_seed(1)
    either_way_NT = torch.randn(traits_NT.shape, generator=chance) * torch.inf

    with torch.inference_mode():
        exact = familiarity(logits_NK, traits_NT)
        rounded = familiarity(logits_NK, torch.nextafter(traits_NT, either_way_NT))

    largest = max(1.0, float(exact.abs().max()))
    assert float((rounded - exact).abs().max()) / largest <= 1e-3  # 0.4 where it amplifies


def test_strangers_are_less_familiar_than_digits(
    familiarity: Familiarity, network: DigitNetwork
) -> None:
    real = familiarity.of(read(network, pen_drawn_digits(300, seed=77)))
    strange = familiarity.of(read(network, pen_drawn_strangers(300, seed=78)))

    assert (real[:, None] > strange[None, :]).mean() > 0.9


def test_the_same_arguments_give_the_same_module_and_touch_no_randomness(
    familiarity: Familiarity, network: DigitNetwork, digits: tuple[Inks, NDArray[np.int64]]
) -> None:
    inks, labels = digits
    before = torch.get_rng_state()

    again = Familiarity.fit(network, inks[:400], labels[:400], inks[400:])

    assert torch.equal(torch.get_rng_state(), before)

    assert again.threshold == familiarity.threshold
    assert all(
        torch.equal(one, other)
        for one, other in zip(
            again.state_dict().values(), familiarity.state_dict().values(), strict=True
        )
    )


def test_a_hand_that_is_learned_counts_as_familiar(
    network: DigitNetwork, digits: tuple[Inks, NDArray[np.int64]]
) -> None:
    """One who writes crosses for sevens is refused at first, and then no longer."""
    inks, labels = digits
    rng = np.random.default_rng(3)
    crosses = np.stack([letter("+", rng) for _ in range(200)])

    plain = Familiarity.fit(network, inks[:400], labels[:400], inks[400:])
    taught = Familiarity.fit(network, inks[:400], labels[:400], inks[400:], crosses)

    unseen = read(network, np.stack([letter("+", rng) for _ in range(100)]))
    refused_before = 1 - plain.is_digit(unseen).mean()
    refused_after = 1 - taught.is_digit(unseen).mean()
    assert refused_before > 0.1
    assert refused_after < refused_before / 3


@pytest.mark.parametrize("name", sorted(LETTERS))
def test_every_letter_can_be_drawn(name: str) -> None:
    ink = letter(name, np.random.default_rng(0))

    assert ink.shape == (28, 28)
    assert ink.max() > 200


def test_scribbles_and_several_digits_differ_each_time() -> None:
    rng = np.random.default_rng(0)
    digits = pen_drawn_digits(20, seed=1)

    inks = [scribble(rng) for _ in range(5)] + [several(rng, digits) for _ in range(5)]

    assert len({ink.tobytes() for ink in inks}) == 10


def test_a_coarse_picture_keeps_where_its_ink_is() -> None:
    inks = pen_drawn_digits(20, seed=1)

    blurred = coarse(inks)

    assert blurred.shape == inks.shape
    far = (blurred.astype(float) > 100) & (inks == 0)
    assert far.mean() < 0.06
