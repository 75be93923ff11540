"""The strength of candidates, chosen on validation images."""

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


def correctness(n_lost: int, n_gained: int, n: int = 5_000) -> tuple[Right, Right]:
    """(reference correct, candidate correct), each (1, n)."""
    reference, candidate = np.ones((1, n), np.bool_), np.ones((1, n), np.bool_)
    candidate[0, :n_lost] = False
    reference[0, n_lost : n_lost + n_gained] = False
    return reference, candidate


def test_a_network_with_unchanged_predictions_will_pass() -> None:
    assert chance_to_pass(*correctness(0, 0), is_anchor=True) > 0.99


def test_losses_lower_the_chance_and_gains_raise_it() -> None:
    even = chance_to_pass(*correctness(4, 4), is_anchor=True)

    assert chance_to_pass(*correctness(6, 4), is_anchor=True) < even
    assert chance_to_pass(*correctness(4, 6), is_anchor=True) > even


def test_twenty_losses_of_five_thousand_will_be_held() -> None:
    assert chance_to_pass(*correctness(20, 0), is_anchor=True) < 0.01
    assert chance_to_pass(*correctness(20, 0), is_anchor=False) < 0.05


def test_the_chance_agrees_with_a_simulation_of_the_gate() -> None:
    """Draw rates from their posterior and counts from the rates, then apply the gate."""
    rng = np.random.default_rng(0)
    n = 20_000
    lost = rng.poisson(rng.gamma(5 + 0.5, 2.0, n))
    gained = rng.poisson(rng.gamma(3 + 0.5, 2.0, n))

    simulated = np.mean([is_non_inferior(b, c, 10_000) for b, c in zip(lost, gained, strict=True)])

    assert chance_to_pass(*correctness(5, 3), is_anchor=True) == pytest.approx(simulated, abs=0.01)


@pytest.mark.parametrize("is_anchor", [True, False])
def test_hundreds_of_gains_do_not_lower_the_chance(is_anchor: bool) -> None:
    assert chance_to_pass(*correctness(5, 300), is_anchor=is_anchor) > 0.99


def test_hundreds_of_losses_are_held_despite_gains() -> None:
    assert chance_to_pass(*correctness(300, 300), is_anchor=True) < 0.01


def test_strength_one_half_is_the_mean_of_both_networks() -> None:
    champion, trained = nn.Linear(2, 2), nn.Linear(2, 2)

    weights = between(champion, trained, 0.5)

    torch.testing.assert_close(weights["weight"], (champion.weight + trained.weight).detach() / 2)


def validation_data() -> RunData:
    """3,000 images, each with a bar in the column of its digit."""
    labels = np.arange(3_000) % 10
    inks = np.zeros((3_000, 28, 28), np.uint8)
    for ink, digit in zip(inks, labels, strict=True):
        ink[4:24, 2 * digit + 4] = 255
    few = LabelledImages(inks[:10], labels[:10])
    return RunData(few, few, few, LabelledImages(inks, labels))


def columns(scale: float, confused: float = 0.0) -> SymbolNetwork:
    """A network that reads the column of the bar, and confuses neighbours by `confused`."""
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


def test_a_network_without_losses_is_offered_at_full_strength() -> None:
    champion = columns(1.0)

    first, second = choose_candidates(champion, columns(1.2), champion, validation_data())

    assert first.strength == 1.0
    assert second.strength <= STEP_BACK
    assert first.chance is not None


def mixed_up_from(strength: float) -> SymbolNetwork:
    """A network that reads nines as zeros, like interpolations to it from this strength on."""
    network = columns(1.0)
    weights = network.state_dict()["head.weight"]
    weights[0] += weights[9] / strength
    return network


def test_the_second_candidate_is_the_strongest_safe_one() -> None:
    """One nine has a stain that makes it a zero from a strength of a quarter on."""
    champion, trained, data = columns(1.0), columns(1.0), validation_data()
    data.validation.inks[9, 25:28, 8:20] = 255
    trained.state_dict()["head.weight"][0].view(28, 28)[24:, 7:21] += 2.0

    first, second = choose_candidates(champion, trained, champion, data)

    assert (first.strength, second.strength) == (1.0, 0.2)
    assert second.chance is not None
    assert second.chance >= SECOND_CHANCE


def test_gains_of_the_champion_over_the_anchor_are_not_given_up() -> None:
    champion, anchor = columns(1.0), mixed_up_from(0.5)

    first, _ = choose_candidates(champion, mixed_up_from(0.55), anchor, validation_data())

    assert first.strength == 0.5


def test_a_network_with_losses_is_offered_closer_to_the_champion() -> None:
    """At full strength nine of ten digits are misread; fewer at lower strengths."""
    champion = columns(1.0)

    first, second = choose_candidates(
        champion, columns(1.0, confused=4.0), champion, validation_data()
    )

    assert first.strength < 0.5
    assert second.strength <= STEP_BACK * first.strength


def test_choosing_can_be_stopped() -> None:
    champion = columns(1.0)

    def stop(_n_tried: int, _n_all: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        choose_candidates(champion, columns(1.2), champion, validation_data(), stop)


def test_the_same_counts_are_less_likely_to_pass_at_a_second_look() -> None:
    first, second = (
        chance_to_pass(*correctness(6, 6), is_anchor=True, alpha=alpha)
        for alpha in (ALPHA, SECOND_ALPHA)
    )

    assert second < first


def test_the_second_candidate_has_to_pass_at_the_stricter_level(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All strengths pass at the first look, none at the second: the weakest is chosen."""

    def chance(*_: Right, is_anchor: bool, alpha: float = ALPHA) -> float:
        return 0.5 if is_anchor and alpha == SECOND_ALPHA else 0.95

    monkeypatch.setattr(interpolate, "chance_to_pass", chance)
    champion = columns(1.0)

    first, second = choose_candidates(champion, columns(1.2), champion, validation_data())

    assert (first.strength, first.chance) == (1.0, 0.95)
    assert (second.strength, second.chance) == (min(STRENGTHS), 0.5)


def test_three_losses_and_three_gains_suffice_for_a_first_candidate_only() -> None:
    chance = chance_to_pass(*correctness(3, 3), is_anchor=True)

    assert FIRST_CHANCE < chance < SECOND_CHANCE
