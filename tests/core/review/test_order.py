"""The review order: by margin, disagreement and diversity, with a random sample."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.base.arrays import Floats
from core.review.order import RANDOM_EVERY, order, urgency


def sure_of(digit: int, certainty: float = 0.999) -> list[float]:
    """Probabilities with this digit first and the next digit nearly as likely."""
    probabilities = [0.0] * 10
    probabilities[digit] = certainty
    probabilities[(digit + 1) % 10] = 1.0 - certainty
    return probabilities


def scattered(n: int, seed: int = 0) -> Floats:
    """(n, 64) features in different directions."""
    return np.abs(np.random.default_rng(seed).normal(size=(n, 64)))


def without_the_lot(places: NDArray[np.intp]) -> list[int]:
    """The order without every fifth place."""
    return [int(p) for i, p in enumerate(places, start=1) if i % RANDOM_EVERY]


def none(n: int) -> NDArray[np.bool_]:
    return np.zeros(n, dtype=np.bool_)


def test_unsure_predictions_come_before_sure_ones() -> None:
    probabilities = np.array([sure_of(3), sure_of(3, 0.55), sure_of(3, 0.8)])
    places = order(probabilities, np.array([3, 3, 3]), scattered(3), none(3), seed=0)
    assert places.tolist() == [1, 2, 0]


def test_contradicted_labels_come_before_confirmed_ones() -> None:
    probabilities = np.array([sure_of(3, 0.9)] * 3)
    places = order(probabilities, np.array([3, 5, 3]), scattered(3), none(3), seed=0)
    assert places[0] == 1


def test_urgency_is_between_zero_and_one() -> None:
    probabilities = np.array([sure_of(7, 1.0), sure_of(7, 0.5)])
    assert urgency(probabilities, np.array([7, 1])).tolist() == [0.0, 1.0]


def test_copies_of_a_drawing_come_after_different_ones() -> None:
    n_copies, n_others = 30, 10
    probabilities = np.array([sure_of(4, 0.60)] * n_copies + [sure_of(4, 0.65)] * n_others)
    one = scattered(1)
    features = np.concatenate([np.repeat(one, n_copies, axis=0), scattered(n_others, seed=1)])
    labels = np.full(n_copies + n_others, 4)
    places = order(probabilities, labels, features, none(len(labels)), seed=0)
    first = without_the_lot(places)[: n_others - 2]
    assert sum(place < n_copies for place in first) == 1


def test_quarantined_drawings_come_first_by_urgency() -> None:
    probabilities = np.array([sure_of(1, 0.51), sure_of(1), sure_of(1, 0.7), sure_of(1, 0.52)])
    is_quarantined = np.array([False, True, True, False])
    places = order(probabilities, np.ones(4, int), scattered(4), is_quarantined, seed=0)
    assert places[:2].tolist() == [2, 1]


def test_every_fifth_place_goes_to_a_random_sample() -> None:
    n = 1_000
    certainty = np.linspace(0.5, 1.0, n)
    probabilities = np.array([sure_of(2, c) for c in certainty])
    places = order(probabilities, np.full(n, 2), scattered(n), none(n), seed=3)
    by_lot = places[RANDOM_EVERY - 1 :: RANDOM_EVERY]
    # Uniform over all: the mean place is near the middle, within four standard errors.
    error = n / np.sqrt(12 * len(by_lot))
    assert abs(by_lot.mean() - n / 2) < 4 * error
    assert np.mean(without_the_lot(places)[:100]) < n / 4


def test_the_seed_determines_the_random_sample() -> None:
    arguments = (np.array([sure_of(2)] * 50), np.full(50, 2), scattered(50), none(50))
    assert order(*arguments, seed=1).tolist() == order(*arguments, seed=1).tolist()
    assert order(*arguments, seed=1).tolist() != order(*arguments, seed=2).tolist()


@given(n=st.integers(0, 60), seed=st.integers(0, 2**32 - 1))
def test_every_drawing_has_one_place(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.ones(10), n).reshape(n, 10)
    labels = rng.integers(0, 10, n)
    is_quarantined = rng.random(n) < 0.2
    places = order(probabilities, labels, scattered(n, seed), is_quarantined, seed)
    assert sorted(places.tolist()) == list(range(n))


def test_zero_features_and_thousands_of_copies_are_ordered() -> None:
    n = 5_000
    places = order(np.full((n, 10), 0.1), np.zeros(n, int), np.zeros((n, 64)), none(n), seed=0)
    assert sorted(places.tolist()) == list(range(n))


def test_arrays_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="differ in length"):
        order(np.full((3, 10), 0.1), np.zeros(2, int), scattered(3), none(3), seed=0)
