"""How strong a candidate is offered, from what validation images show."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

from core.symbols.reference_set import LabelledImages
from core.versions.paired import ALPHA, SECOND_ALPHA, is_non_inferior
from trainer.learning import interpolate
from trainer.learning.interpolate import (
    FIRST_CHANCE,
    SECOND_CHANCE,
    STEP_BACK,
    STRENGTHS,
    between,
    chance_to_pass,
    choose_candidates,
)
from trainer.learning.replay import RunData
from trainer.networks.base import SymbolNetwork

Right = NDArray[np.bool_]


def readings(n_lost: int, n_gained: int, n: int = 5_000) -> tuple[Right, Right]:
    """(reference right, candidate right), each (1, n)."""
    reference, candidate = np.ones((1, n), np.bool_), np.ones((1, n), np.bool_)
    candidate[0, :n_lost] = False
    reference[0, n_lost : n_lost + n_gained] = False
    return reference, candidate


def test_a_network_that_reads_all_as_before_will_hold() -> None:
    assert chance_to_pass(*readings(0, 0), is_anchor=True) > 0.99


def test_losses_lower_the_chance_and_gains_raise_it() -> None:
    even = chance_to_pass(*readings(4, 4), is_anchor=True)

    assert chance_to_pass(*readings(6, 4), is_anchor=True) < even
    assert chance_to_pass(*readings(4, 6), is_anchor=True) > even


def test_twenty_lost_of_five_thousand_will_be_held() -> None:
    assert chance_to_pass(*readings(20, 0), is_anchor=True) < 0.01
    assert chance_to_pass(*readings(20, 0), is_anchor=False) < 0.05


def test_the_chance_is_that_of_the_gate_under_the_same_doubt() -> None:
    """By simulation: rates drawn from their posterior, counts from the rates, then the gate."""
    rng = np.random.default_rng(0)
    n = 20_000
    lost = rng.poisson(rng.gamma(5 + 0.5, 2.0, n))
    gained = rng.poisson(rng.gamma(3 + 0.5, 2.0, n))

    simulated = np.mean([is_non_inferior(b, c, 10_000) for b, c in zip(lost, gained, strict=True)])

    assert chance_to_pass(*readings(5, 3), is_anchor=True) == pytest.approx(simulated, abs=0.01)


@pytest.mark.parametrize("is_anchor", [True, False])
def test_hundreds_of_gains_are_no_reason_to_hold_back(is_anchor: bool) -> None:
    assert chance_to_pass(*readings(5, 300), is_anchor=is_anchor) > 0.99


def test_hundreds_of_losses_are_held_whatever_is_gained() -> None:
    assert chance_to_pass(*readings(300, 300), is_anchor=True) < 0.01


def test_half_way_is_the_mean_of_both_networks() -> None:
    champion, trained = nn.Linear(2, 2), nn.Linear(2, 2)

    weights = between(champion, trained, 0.5)

    torch.testing.assert_close(weights["weight"], (champion.weight + trained.weight).detach() / 2)


def validation_data() -> RunData:
    """3,000 images, each lit in the column of its digit."""
    labels = np.arange(3_000) % 10
    inks = np.zeros((3_000, 28, 28), np.uint8)
    for ink, digit in zip(inks, labels, strict=True):
        ink[4:24, 2 * digit + 4] = 255
    few = LabelledImages(inks[:10], labels[:10])
    return RunData(few, few, few, LabelledImages(inks, labels))


def columns(scale: float, confused: float = 0.0) -> SymbolNetwork:
    """A network that reads the lit column, and mixes it up with its neighbour by `confused`."""
    head = nn.Linear(784, 10)
    weights = torch.zeros(10, 28, 28)
    for digit in range(10):
        weights[digit, :, 2 * digit + 3 : 2 * digit + 6] = scale
        if digit:
            weights[digit, :, 2 * digit + 1 : 2 * digit + 4] += confused
    with torch.no_grad():
        head.weight.copy_(weights.flatten(1))
        head.bias.zero_()
    return SymbolNetwork(nn.Flatten(), head).eval()


def test_what_forgets_nothing_is_offered_at_full_strength() -> None:
    champion = columns(1.0)

    first, second = choose_candidates(champion, columns(1.2), champion, validation_data())

    assert first.strength == 1.0
    assert second.strength <= STEP_BACK
    assert first.chance is not None


def mixed_up_from(strength: float) -> SymbolNetwork:
    """A network that reads nines as zeros, as do those from so far on the way to it."""
    network = columns(1.0)
    weights = network.state_dict()["head.weight"]
    weights[0] += weights[9] / strength
    return network


def test_the_second_is_the_strongest_of_which_it_is_sure() -> None:
    """One nine has a stain, which makes it a zero from a quarter of the way on."""
    champion, trained, data = columns(1.0), columns(1.0), validation_data()
    data.validation.inks[9, 25:28, 8:20] = 255
    trained.state_dict()["head.weight"][0].view(28, 28)[24:, 7:21] += 2.0

    first, second = choose_candidates(champion, trained, champion, data)

    assert (first.strength, second.strength) == (1.0, 0.2)
    assert second.chance is not None
    assert second.chance >= SECOND_CHANCE


def test_what_the_champion_has_learned_beyond_the_anchor_is_kept() -> None:
    champion, anchor = columns(1.0), mixed_up_from(0.5)

    first, _ = choose_candidates(champion, mixed_up_from(0.55), anchor, validation_data())

    assert first.strength == 0.5


def test_what_forgets_is_offered_closer_to_the_champion() -> None:
    """At full strength nine of ten digits are misread; the weaker, the fewer."""
    champion = columns(1.0)

    first, second = choose_candidates(
        champion, columns(1.0, confused=4.0), champion, validation_data()
    )

    assert first.strength < 0.5
    assert second.strength <= STEP_BACK * first.strength


def test_choosing_can_be_broken_off() -> None:
    champion = columns(1.0)

    def stop(_n_tried: int, _n_all: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        choose_candidates(champion, columns(1.2), champion, validation_data(), stop)


def test_a_second_look_is_less_likely_to_pass_the_same() -> None:
    first, second = (
        chance_to_pass(*readings(6, 6), is_anchor=True, alpha=alpha)
        for alpha in (ALPHA, SECOND_ALPHA)
    )

    assert second < first


def test_the_second_has_to_be_sure_at_its_own_stricter_level(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Everything is sure to hold at the first look, nothing at the second: the weakest is taken."""

    def chance(*_: Right, is_anchor: bool, alpha: float = ALPHA) -> float:
        return 0.5 if is_anchor and alpha == SECOND_ALPHA else 0.95

    monkeypatch.setattr(interpolate, "chance_to_pass", chance)
    champion = columns(1.0)

    first, second = choose_candidates(champion, columns(1.2), champion, validation_data())

    assert (first.strength, first.chance) == (1.0, 0.95)
    assert (second.strength, second.chance) == (min(STRENGTHS), 0.5)


def test_three_losses_and_three_gains_are_no_reason_to_hold_back() -> None:
    chance = chance_to_pass(*readings(3, 3), is_anchor=True)

    assert FIRST_CHANCE < chance < SECOND_CHANCE
