"""Familiarity: separating digits from other drawings, with features that need no training."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from core.symbols.digits import DigitReferenceSet
from core.symbols.digits.non_digits import (
    LETTERS,
    letter,
    pen_drawn_digits,
    pen_drawn_non_digits,
    scribble,
    several,
)
from core.symbols.reference_set import LabelledImages
from tests.support.tiny_world import SMALL_FIT
from trainer.learning import familiarity as familiarity_module
from trainer.learning.familiarity import Familiarity, coarse
from trainer.learning.scores import predict
from trainer.networks.base import SymbolNetwork


class Quarters(nn.Module):
    """Features without training: mean ink in each of 49 squares of 4 × 4 pixels."""

    def forward(self, ink_B1HW: Tensor) -> Tensor:
        return nn.functional.avg_pool2d(ink_B1HW, 4).flatten(1)


@pytest.fixture(scope="module", autouse=True)
def small_fit() -> Iterator[None]:
    """Fit on a few hundred images of each kind: enough for such simple features."""
    with pytest.MonkeyPatch.context() as patch:
        for name, n in SMALL_FIT.items():
            patch.setattr(familiarity_module, name, n)
        yield


@pytest.fixture(scope="module")
def network() -> SymbolNetwork:
    torch.manual_seed(0)
    return SymbolNetwork(Quarters(), nn.Linear(49, 10)).eval()


class PenDrawn(DigitReferenceSet):
    """Generated digits instead of MNIST. The labels only have to form ten groups."""

    def __init__(self) -> None:
        inks = pen_drawn_digits(700, seed=1)
        everything = LabelledImages(inks, np.arange(len(inks)) % 10)
        super().__init__(Path(), lambda _folder, _part: everything)

    @property
    def training(self) -> LabelledImages:
        return LabelledImages(self.exam.inks[:400], self.exam.labels[:400])

    @property
    def validation(self) -> LabelledImages:
        return LabelledImages(self.exam.inks[400:], self.exam.labels[400:])


@pytest.fixture(scope="module")
def reference() -> PenDrawn:
    return PenDrawn()


@pytest.fixture(scope="module")
def familiarity(network: SymbolNetwork, reference: PenDrawn) -> Familiarity:
    return Familiarity.fit(network, reference)


def test_few_unseen_digits_are_refused(familiarity: Familiarity, network: SymbolNetwork) -> None:
    unseen = pen_drawn_digits(300, seed=77)

    assert familiarity.is_symbol(predict(network, unseen)).mean() >= 0.97


def test_the_familiarity_of_a_constant_network_is_finite(
    reference: PenDrawn,
) -> None:
    ruined = SymbolNetwork(Quarters(), nn.Linear(49, 10)).eval()
    ruined.body = nn.Sequential(ruined.body, nn.Threshold(2.0, 0.0))  # all features are zero

    familiarity = Familiarity.fit(ruined, reference)

    assert np.isfinite(familiarity.of(predict(ruined, reference.validation.inks))).all()


class Faint(nn.Module):
    """Features of a ruined network: nearly the same for all images."""

    def forward(self, features_NF: Tensor) -> Tensor:
        return 1.0 + 1e-6 * features_NF


def test_rounding_errors_do_not_change_the_familiarity_of_a_ruined_network(
    reference: PenDrawn,
) -> None:
    ruined = SymbolNetwork(nn.Sequential(Quarters(), Faint()), nn.Linear(49, 10)).eval()
    familiarity = Familiarity.fit(ruined, reference)
    outputs = predict(ruined, reference.validation.inks)
    logits_NK, traits_NT = (torch.from_numpy(one) for one in (outputs.logits_NK, outputs.traits_NT))
    chance = torch.Generator().manual_seed(1)
    either_way_NT = torch.randn(traits_NT.shape, generator=chance) * torch.inf

    with torch.inference_mode():
        exact = familiarity(logits_NK, traits_NT)
        rounded = familiarity(logits_NK, torch.nextafter(traits_NT, either_way_NT))

    largest = max(1.0, float(exact.abs().max()))
    assert float((rounded - exact).abs().max()) / largest <= 1e-3  # 0.4 if amplified


def test_non_digits_are_less_familiar_than_digits(
    familiarity: Familiarity, network: SymbolNetwork
) -> None:
    real = familiarity.of(predict(network, pen_drawn_digits(300, seed=77)))
    others = familiarity.of(predict(network, pen_drawn_non_digits(300, seed=78)))

    assert (real[:, None] > others[None, :]).mean() > 0.9


def test_the_fit_is_deterministic_and_restores_the_random_state(
    familiarity: Familiarity, network: SymbolNetwork, reference: PenDrawn
) -> None:
    before = torch.get_rng_state()

    again = Familiarity.fit(network, reference)

    assert torch.equal(torch.get_rng_state(), before)

    assert again.threshold == familiarity.threshold
    assert all(
        torch.equal(one, other)
        for one, other in zip(
            again.state_dict().values(), familiarity.state_dict().values(), strict=True
        )
    )


def test_drawings_in_the_fit_become_familiar(network: SymbolNetwork, reference: PenDrawn) -> None:
    """A person writes crosses for sevens: refused until such drawings are in the fit."""
    rng = np.random.default_rng(3)
    crosses = np.stack([letter("+", rng) for _ in range(200)])

    plain = Familiarity.fit(network, reference)
    fitted = Familiarity.fit(network, reference, crosses)

    unseen = predict(network, np.stack([letter("+", rng) for _ in range(100)]))
    refused_before = 1 - plain.is_symbol(unseen).mean()
    refused_after = 1 - fitted.is_symbol(unseen).mean()
    assert refused_before > 0.1
    assert refused_after < refused_before / 3


@pytest.mark.parametrize("name", sorted(LETTERS))
def test_each_letter_can_be_drawn(name: str) -> None:
    ink = letter(name, np.random.default_rng(0))

    assert ink.shape == (28, 28)
    assert ink.max() > 200


def test_each_generated_scribble_is_different() -> None:
    rng = np.random.default_rng(0)
    digits = pen_drawn_digits(20, seed=1)

    inks = [scribble(rng) for _ in range(5)] + [several(rng, digits) for _ in range(5)]

    assert len({ink.tobytes() for ink in inks}) == 10


def test_a_coarse_image_keeps_its_ink_in_place() -> None:
    inks = pen_drawn_digits(20, seed=1)

    blurred = coarse(inks)

    assert blurred.shape == inks.shape
    far = (blurred.astype(float) > 100) & (inks == 0)
    assert far.mean() < 0.06
