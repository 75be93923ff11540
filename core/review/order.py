"""Which drawing a reviewer should look at first, from what the champion makes of them.

A drawing deserves a look when the champion wavers between two digits (a small *margin*), or reads
another digit than the label says (*disagreement*), and more so when it is unlike those that come
before it (*diversity*): ten copies of one odd 4 teach less than one of them and nine others. One in
five is drawn by lot: of these the share of wrong labels is that of all, and what the champion is
wrongly sure of turns up here alone. What is quarantined comes before everything else.

Pure NumPy. Shapes: N drawings, K = 10 digits, F features.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

RANDOM_EVERY: Final = 5
"""One place in so many goes to a drawing that was drawn by lot."""

MARGIN_WEIGHT: Final = 0.6
DISAGREEMENT_WEIGHT: Final = 0.4

N_DIVERSE: Final = 400
"""Places, from the first, in which unlikeness counts: 20 pages, in 10 ms."""

LEAST_URGENCY: Final = 0.01
LEAST_DISTANCE: Final = 0.02
"""Floors, so that of exact copies the more urgent still comes first."""

Floats = NDArray[np.floating]
Indices = NDArray[np.intp]


def order(
    probabilities_NK: Floats,
    labels_N: NDArray[np.integer],
    features_NF: Floats,
    is_quarantined_N: NDArray[np.bool_],
    seed: int,
) -> Indices:
    """The drawings' places, the one to review first first; the same arguments, the same order.

    Args:
        probabilities_NK: the champion's, calibrated.
        labels_N: the labels that the drawings bear, 0 to 9.
        features_NF: the champion's features; only their directions count.
        is_quarantined_N: those that come first, most urgent first, none of them by lot.
        seed: of the lot, at least 0.

    Returns: (N,) a permutation of 0 … N − 1.
    Raises: ValueError, if the arrays are not of as many drawings.
    """
    n = len(labels_N)
    if not len(probabilities_NK) == len(features_NF) == len(is_quarantined_N) == n:
        raise ValueError("probabilities, labels, features and quarantine differ in length")
    urgency_N = urgency(probabilities_NK, labels_N)
    directions_NF = _directions(features_NF)
    quarantined, others = np.flatnonzero(is_quarantined_N), np.flatnonzero(~is_quarantined_N)
    by_lot, chosen = _drawn_by_lot(others, seed)
    first = quarantined[_diverse(urgency_N[quarantined], directions_NF[quarantined])]
    then = chosen[_diverse(urgency_N[chosen], directions_NF[chosen])]
    return np.concatenate([first, _interleaved(then, by_lot)])


def urgency(probabilities_NK: Floats, labels_N: NDArray[np.integer]) -> NDArray[np.float64]:
    """(N,) 0 to 1: how little the champion is sure, and whether it contradicts the label."""
    if not len(labels_N):
        return np.zeros(0)
    second_N, first_N = np.partition(probabilities_NK.astype(np.float64), -2, axis=1)[:, -2:].T
    disagrees_N = probabilities_NK.argmax(axis=1) != labels_N
    urgency_N = MARGIN_WEIGHT * (1.0 - (first_N - second_N)) + DISAGREEMENT_WEIGHT * disagrees_N
    return np.asarray(urgency_N, dtype=np.float64)


def _directions(features_NF: Floats) -> NDArray[np.float64]:
    """Features at length 1, so that products are cosines; a zero vector stays one."""
    lengths_N1 = np.linalg.norm(features_NF, axis=1, keepdims=True)
    return np.asarray(features_NF / np.maximum(lengths_N1, 1e-12), dtype=np.float64)


def _drawn_by_lot(places: Indices, seed: int) -> tuple[Indices, Indices]:
    """A uniform sample of every fifth, in random order, and the others."""
    shuffled = np.random.default_rng(seed).permutation(places)
    n_by_lot = len(places) // RANDOM_EVERY
    return shuffled[:n_by_lot], np.sort(shuffled[n_by_lot:])


def _diverse(urgency_N: NDArray[np.float64], directions_NF: NDArray[np.float64]) -> Indices:
    """Places by urgency times the distance to the nearest that comes before; greedy at first."""
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


def _interleaved(chosen: Indices, by_lot: Indices) -> Indices:
    """The fifth place of each five goes to the lot."""
    n = len(chosen) + len(by_lot)
    is_lot = np.zeros(n, dtype=np.bool_)
    is_lot[RANDOM_EVERY - 1 :: RANDOM_EVERY] = True
    places = np.empty(n, dtype=np.intp)
    places[is_lot], places[~is_lot] = by_lot, chosen
    return places
