"""The stream's claim in a small world: learn an odd hand, keep the others. Naive runs must fail it.

The known world is thirty invented hands on a coarse tablet; the new hand writes odd forms, and only
ever draws five of the digits.
"""

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from trainer.benchmarks.hands import Hand, draw, ink_of, make_hand
from trainer.benchmarks.stream import EVERYTHING, METHODS, NAIVE
from trainer.benchmarks.streams import enlarged, optical
from trainer.evaluate import accuracy, read
from trainer.examples import Examples
from trainer.fine_tune import RunConfig, fine_tune
from trainer.networks.base import DigitNetwork
from trainer.networks.registry import network_named
from trainer.recipes import compact_in
from trainer.replay import RunData
from trainer.train import train

Inks = NDArray[np.uint8]
Labels = NDArray[np.int64]
Part = tuple[Inks, Labels]

OURS = replace(EVERYTHING, n_drawn=16, n_replay=48, min_steps=100, steps_per_drawing=0.0)
NAIVELY = replace(NAIVE, n_drawn=64, min_steps=100, steps_per_drawing=0.0)


def drawn_by(hands: list[Hand], n: int, seed: int, n_digits: int = 10) -> Part:
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % n_digits
    inks = [ink_of(draw(hands[i // 10 % len(hands)], int(d), rng)) for i, d in enumerate(labels)]
    return np.stack(inks), labels


@pytest.fixture(scope="module")
def world() -> dict[str, Part]:
    rng = np.random.default_rng(0)
    known = [make_hand("joined", rng) for _ in range(30)]
    odd = [make_hand("odd", rng)]
    return {
        "train": drawn_by(known, 2_000, 1),
        "validation": drawn_by(known, 300, 2),
        "test": drawn_by(known, 500, 3),
        "new": drawn_by(odd, 40, 4, n_digits=5),
        "exam": drawn_by(odd, 200, 5, n_digits=5),
    }


@pytest.fixture(scope="module")
def base(world: dict[str, Part]) -> DigitNetwork:
    torch.set_num_threads(1)
    recipe = replace(compact_in(3), batch_size=64)
    examples, validation = (Examples.from_arrays(*world[name]) for name in ("train", "validation"))
    return train(network_named("compact"), examples, validation, 0, recipe=recipe).network


def learned(base: DigitNetwork, world: dict[str, Part], config: RunConfig) -> tuple[float, float]:
    """(share of the new hand's errors that is cut, share of the known world that is forgotten)."""
    nothing = world["new"][0][:0], world["new"][1][:0]
    data = RunData(*world["new"], *nothing, *world["train"], *world["validation"])
    network = fine_tune(base, data, replace(config, interpolation=False), 0).candidates[0]
    after = network_named("compact").build()
    after.load_state_dict(network.weights)

    def right(one: DigitNetwork, name: str) -> float:
        inks, labels = world[name]
        return accuracy(read(one, inks).predicted_N, labels)

    cut = 1 - (1 - right(after, "exam")) / (1 - right(base, "exam"))
    return cut, right(base, "test") - right(after, "test")


@pytest.mark.slow
def test_a_run_learns_an_odd_hand_and_forgets_next_to_nothing(
    base: DigitNetwork, world: dict[str, Part]
) -> None:
    cut, forgotten = learned(base, world, OURS)

    assert cut >= 0.5
    assert forgotten <= 0.01


@pytest.mark.slow
def test_a_naive_run_forgets_what_it_knew(base: DigitNetwork, world: dict[str, Part]) -> None:
    _cut, forgotten = learned(base, world, NAIVELY)

    assert forgotten > 0.01


def test_the_methods_differ_by_one_idea_each() -> None:
    assert list(METHODS)[0] == "naive"
    assert METHODS["everything"] == EVERYTHING
    assert METHODS["+ interpolation"] == replace(METHODS["+ distillation"], interpolation=True)


def test_the_same_seed_draws_the_same_stream() -> None:
    hand, again = (make_hand("odd", np.random.default_rng(3)) for _ in range(2))

    first, second = (ink_of(draw(one, 7, np.random.default_rng(4))) for one in (hand, again))

    assert np.array_equal(first, second)


def test_eight_by_eight_pictures_fill_the_box_and_lie_in_the_middle() -> None:
    image = np.zeros((8, 8))
    image[1:7, 3] = 16.0

    ink = enlarged(image)

    rows = np.flatnonzero(ink.max(axis=1) > 40)
    assert 18 <= len(rows) <= 20
    middle = (ink.sum(axis=0) @ np.arange(28)) / ink.sum()
    assert middle == pytest.approx(14, abs=0.6)


def test_exam_drawings_are_not_in_the_stream() -> None:
    digits = optical(0)

    trained = {ink.tobytes() for ink in digits.inks}
    assert (len(digits.inks), len(digits.known_inks)) == (1_000, 797)
    assert not any(ink.tobytes() in trained for ink in digits.known_inks)
