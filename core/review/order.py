"""The order of the review queue, from the champion's predictions.

A drawing is urgent when the champion is unsure between two digits (a small *margin*), or predicts
another digit than the label (*disagreement*), and more so when it differs from the drawings before
it (*diversity*): ten copies of one odd 4 are less informative than one copy and nine others. One in
five is a random sample. Its share of wrong labels is an unbiased estimate, and only the sample
finds labels about which the champion is confidently wrong. Quarantined drawings come first.

Pure NumPy. Shapes: N drawings, K = 10 digits, F features.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.base.arrays import Floats

RANDOM_EVERY: Final = 5
"""Every fifth place goes to a drawing of the random sample."""

MARGIN_WEIGHT: Final = 0.6
DISAGREEMENT_WEIGHT: Final = 0.4

N_DIVERSE: Final = 400
"""The number of first places that are ordered by diversity, too: 20 pages, in 10 ms."""

LEAST_URGENCY: Final = 0.01
LEAST_DISTANCE: Final = 0.02
"""Floors, so that among exact copies the more urgent one still comes first."""

Indices = NDArray[np.intp]


def order(
    probabilities_NK: Floats,
    labels_N: NDArray[np.integer],
    features_NF: Floats,
    is_quarantined_N: NDArray[np.bool_],
    seed: int,
) -> Indices:
    """Order drawings, most urgent first. Deterministic.

    Args:
        probabilities_NK: of the champion, calibrated.
        labels_N: the current labels, 0 to 9.
        features_NF: of the champion; only their directions count.
        is_quarantined_N: these come first, most urgent first, and are not in the random sample.
        seed: of the random sample, at least 0.

    Returns: (N,) a permutation of 0 … N − 1.
    Raises: ValueError, if the arrays differ in length.
    """
    n = len(labels_N)
    if not len(probabilities_NK) == len(features_NF) == len(is_quarantined_N) == n:
        raise ValueError("probabilities, labels, features and quarantine differ in length")
    urgency_N = urgency(probabilities_NK, labels_N)
    directions_NF = _directions(features_NF)
    quarantined, others = np.flatnonzero(is_quarantined_N), np.flatnonzero(~is_quarantined_N)
    sampled, chosen = _sampled(others, seed)
    first = quarantined[_diverse(urgency_N[quarantined], directions_NF[quarantined])]
    then = chosen[_diverse(urgency_N[chosen], directions_NF[chosen])]
    return np.concatenate([first, _interleaved(then, sampled)])


def urgency(probabilities_NK: Floats, labels_N: NDArray[np.integer]) -> NDArray[np.float64]:
    """(N,) 0 to 1, from the champion's margin and whether it contradicts the label."""
    if not len(labels_N):
        return np.zeros(0)
    second_N, first_N = np.partition(probabilities_NK.astype(np.float64), -2, axis=1)[:, -2:].T
    disagrees_N = probabilities_NK.argmax(axis=1) != labels_N
    urgency_N = MARGIN_WEIGHT * (1.0 - (first_N - second_N)) + DISAGREEMENT_WEIGHT * disagrees_N
    return np.asarray(urgency_N, dtype=np.float64)


def _directions(features_NF: Floats) -> NDArray[np.float64]:
    """Features scaled to length 1, so that products are cosines; zero vectors stay zero."""
    lengths_N1 = np.linalg.norm(features_NF, axis=1, keepdims=True)
    return np.asarray(features_NF / np.maximum(lengths_N1, 1e-12), dtype=np.float64)


def _sampled(places: Indices, seed: int) -> tuple[Indices, Indices]:
    """A uniform sample of a fifth, in random order, and the others."""
    shuffled = np.random.default_rng(seed).permutation(places)
    n_sampled = len(places) // RANDOM_EVERY
    return shuffled[:n_sampled], np.sort(shuffled[n_sampled:])


def _diverse(urgency_N: NDArray[np.float64], directions_NF: NDArray[np.float64]) -> Indices:
    """Order by urgency times distance to the nearest earlier one; greedy for the first places."""
    by_urgency = np.argsort(-urgency_N, kind="stable")
    head, tail = by_urgency[:N_DIVERSE], by_urgency[N_DIVERSE:]
    directions = directions_NF[head]
    weight = np.maximum(urgency_N[head], LEAST_URGENCY)
    distance = np.ones(len(head))
    picked: list[int] = []
    for _ in range(len(head)):
        value = weight * np.maximum(distance, LEAST_DISTANCE)
        best = int(value.argmax())
        picked.append(best)
        weight[best] = -1.0
        distance = np.minimum(distance, 1.0 - directions @ directions[best])
    return np.concatenate([head[picked], tail])


def _interleaved(chosen: Indices, sampled: Indices) -> Indices:
    """Every fifth place goes to the random sample."""
    n = len(chosen) + len(sampled)
    is_sampled = np.zeros(n, dtype=np.bool_)
    is_sampled[RANDOM_EVERY - 1 :: RANDOM_EVERY] = True
    places = np.empty(n, dtype=np.intp)
    places[is_sampled], places[~is_sampled] = sampled, chosen
    return places
