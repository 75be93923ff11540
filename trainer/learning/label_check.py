"""Find new drawings whose labels are probably wrong, for a person to review before training.

Corrections are the most valuable drawings, and they contradict the champion by definition. A label
is therefore suspect only if three independent checks contradict it:

1. *confident learning*: the champion, which was not trained on the drawing, predicts another
   symbol with at least its mean confidence for that symbol (Northcutt et al. 2021),
2. *reference neighbours*: hardly any of the nearest reference images in feature space has the
   label,
3. *drawn neighbours*: none of the nearest other drawings has the label. People repeat their own
   forms, so an honest correction soon has neighbours that agree; an accidental label has none.

Measured on 50 simulated writers with 40 drawings each, one flipped label at a time: 80 % of the
flips are caught, and none of 225 honest corrections. With few drawings to compare to, the champion
must be more confident (10 each: 27 % of the flips, 1 of 52 honest corrections).

From `MANY_CONTRIBUTORS` contributors on, drawings of the same contributor do not count as drawn
neighbours: a person who swaps two symbols throughout would confirm themselves. If a contributor has
two suspects with the same pair of symbols, all their drawings with a label of that pair are
suspect. Measured on 50 simulated writers with 20 drawings each, one of whom swaps ones and sevens
(51 crowds of three kinds): it raises the caught share of swapped labels from 65, 45 and 59 % to 83,
70 and 87 %, and as many honest corrections train (100, 97 and 99 %).

Shapes: N drawings, Q of them checked, M reference images, K symbols, F features.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.base.arrays import Floats, Labels, Mask

MANY_CONTRIBUTORS: Final = 20
N_REFERENCE_NEIGHBOURS: Final = 10
N_DRAWN_NEIGHBOURS: Final = 5

MOST_SUPPORT: Final = 0.1
"""Largest share of reference neighbours that may have a suspect's label."""

SURE: Final = 0.9
"""Minimum confidence of the champion in another symbol."""

VERY_SURE: Final = 0.999
"""The same if there are fewer than `FEW_DRAWINGS` drawings to compare to."""

SWAPS: Final = 2
"""Number of suspects with the same pair of symbols that makes the whole pair suspect."""

FEW_DRAWINGS: Final = 30

MOST_LABEL_PROBABILITY: Final = 0.01
"""Largest probability of a suspect's label according to the champion."""

DRAWN_WEIGHT: Final = 8.0
"""Weight of the drawn neighbours in the doubt; the champion's probability and the reference
neighbours have weight 1. Only drawn neighbours are informative about people whom the champion
misreads. On three crowds of each kind that `make bench NAME=noise` does not use, AUROC for a person
who swaps ones and sevens: 0.948 at 1, 0.976 at 2, 0.985 at 4, 0.989 at 8 on tablets, where it is
least, and 0.891 with the champion alone."""

CHUNK: Final = 500
"""Drawings checked at once: 50 MB with 20,000 others and 5,000 reference images."""

Integers = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class LabelCheck:
    """Results of the three checks for Q drawings."""

    labels_Q: Integers
    predicted_Q: Integers
    """The champion's prediction."""

    groups_Q: Integers
    """Drawings of the same group are not compared: see `_groups`."""

    label_probability_Q: Floats
    """The champion's probability of the label."""

    confidence_Q: Floats
    """Its probability of its prediction."""

    is_confident_Q: Mask
    """Whether it predicts another symbol, with at least its mean confidence for that symbol."""

    reference_support_Q: Floats
    """Share of reference neighbours with the label."""

    drawn_support_Q: Floats
    """Share of drawn neighbours with the label; 0 if there are none."""

    n_compared_Q: Integers
    """Number of drawings that could be drawn neighbours."""

    @property
    def is_suspect_Q(self) -> Mask:
        """(Q,) whether all checks contradict the label, or its contributor swaps this pair."""
        is_contradicted_Q = self._is_contradicted_Q()
        return is_contradicted_Q | self._is_swapped_Q(is_contradicted_Q)

    @property
    def doubt_Q(self) -> Floats:
        """(Q,) a score from 0 to 1 for ranking: higher means more probably wrong."""
        drawn_Q = DRAWN_WEIGHT * self.drawn_support_Q
        support_Q = self.label_probability_Q + self.reference_support_Q + drawn_Q
        doubt_Q = 1.0 - support_Q / (2.0 + DRAWN_WEIGHT)
        # A person who swaps two symbols supports their own labels, so the checks underestimate.
        is_swapped_Q = self._is_swapped_Q(self._is_contradicted_Q())
        return np.where(is_swapped_Q, (1.0 + doubt_Q) / 2.0, doubt_Q).astype(np.float32)

    def _is_contradicted_Q(self) -> Mask:
        """(Q,) whether all three checks contradict the label."""
        needed_Q = np.where(self.n_compared_Q < FEW_DRAWINGS, VERY_SURE, SURE)
        return np.asarray(
            self.is_confident_Q
            & (self.confidence_Q >= needed_Q)
            & (self.label_probability_Q <= MOST_LABEL_PROBABILITY)
            & (self.reference_support_Q <= MOST_SUPPORT + 1e-6)
            & (self.drawn_support_Q == 0.0)
        )

    def _is_swapped_Q(self, is_contradicted_Q: Mask) -> Mask:
        """(Q,) whether the label belongs to a pair that its contributor seems to swap."""
        swaps = Counter(
            (int(group), frozenset((int(label), int(predicted))))
            for group, label, predicted in zip(
                self.groups_Q[is_contradicted_Q],
                self.labels_Q[is_contradicted_Q],
                self.predicted_Q[is_contradicted_Q],
                strict=True,
            )
        )
        is_swapped_Q = np.zeros(len(is_contradicted_Q), dtype=np.bool_)
        for (group, pair), n in swaps.items():
            if n >= SWAPS:
                is_swapped_Q |= np.isin(self.labels_Q, list(pair)) & (self.groups_Q == group)
        return is_swapped_Q


def check_labels(
    probabilities_NK: Floats,
    features_NF: Floats,
    labels_N: Labels,
    reference_features_MF: Floats,
    reference_labels_M: Labels,
    contributors: Sequence[str] | None = None,
    n_checked: int | None = None,
) -> LabelCheck:
    """Check the labels of the first `n_checked` drawings; of all drawings if None.

    Args:
        probabilities_NK: the champion's, calibrated; for new drawings, then for older ones.
        reference_features_MF: the champion's features of some thousand reference images.
        contributors: the contributor of each of the N drawings; None: all different.
    """
    n_checked = len(labels_N) if n_checked is None else n_checked
    places = np.arange(n_checked)
    labels = labels_N.astype(np.intp)
    labels_Q = labels[:n_checked]
    predicted_Q = probabilities_NK[:n_checked].argmax(axis=1)
    confidence_Q = probabilities_NK[places, predicted_Q]
    mean_confidence_K = _mean_confidence(probabilities_NK, labels)
    directions_NF, reference_MF = _directions(features_NF), _directions(reference_features_MF)
    groups = _groups(len(labels), contributors)
    reference_labels = reference_labels_M.astype(np.intp)
    reference_support, drawn_support, n_compared = [], [], []
    for start in range(0, n_checked, CHUNK):
        chunk = slice(start, min(start + CHUNK, n_checked))
        directions = directions_NF[chunk]
        reference_support.append(
            _support(
                directions @ reference_MF.T, reference_labels, labels[chunk], N_REFERENCE_NEIGHBOURS
            )
        )
        similarity = directions @ directions_NF.T
        similarity[groups[chunk, None] == groups[None, :]] = -np.inf
        drawn_support.append(_support(similarity, labels, labels[chunk], N_DRAWN_NEIGHBOURS))
        n_compared.append(np.isfinite(similarity).sum(axis=1))
    return LabelCheck(
        labels_Q=labels_Q,
        predicted_Q=predicted_Q,
        groups_Q=groups[:n_checked],
        label_probability_Q=probabilities_NK[places, labels_Q],
        confidence_Q=confidence_Q,
        is_confident_Q=(predicted_Q != labels_Q) & (confidence_Q >= mean_confidence_K[predicted_Q]),
        reference_support_Q=np.concatenate([np.zeros(0, np.float32), *reference_support]),
        drawn_support_Q=np.concatenate([np.zeros(0, np.float32), *drawn_support]),
        n_compared_Q=np.concatenate([np.zeros(0, np.intp), *n_compared]),
    )


def _mean_confidence(probabilities_NK: Floats, labels_N: Integers) -> Floats:
    """(K,) mean probability of each symbol over the drawings with that label; 0 without any."""
    return np.array(
        [
            probabilities_NK[labels_N == k, k].mean() if (labels_N == k).any() else 0.0
            for k in range(probabilities_NK.shape[1])
        ],
        dtype=np.float32,
    )


def _directions(features: Floats) -> Floats:
    """Scale features to length 1, so that products are cosines; a zero vector stays zero."""
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    return np.asarray(features / np.maximum(lengths, 1e-12), dtype=np.float32)


def _groups(n: int, contributors: Sequence[str] | None) -> Integers:
    """(N,) group numbers: one a drawing with few contributors, otherwise one a contributor."""
    if contributors is None:
        return np.arange(n)
    names, numbers = np.unique(np.asarray(contributors), return_inverse=True)
    return np.arange(n) if len(names) < MANY_CONTRIBUTORS else numbers


def _support(
    similarity: Floats, neighbour_labels: Integers, labels_Q: Integers, n_nearest: int
) -> Floats:
    """(Q,) share of the nearest with each drawing's label; those at −inf are excluded."""
    n_nearest = min(n_nearest, similarity.shape[1])
    if n_nearest == 0:
        return np.zeros(len(labels_Q), dtype=np.float32)
    nearest = np.argpartition(-similarity, n_nearest - 1, axis=1)[:, :n_nearest]
    is_included = np.isfinite(np.take_along_axis(similarity, nearest, axis=1))
    agrees = (neighbour_labels[nearest] == labels_Q[:, None]) & is_included
    share = agrees.sum(axis=1) / np.maximum(is_included.sum(axis=1), 1)
    return np.asarray(share, dtype=np.float32)
