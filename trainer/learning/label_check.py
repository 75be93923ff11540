"""Which new drawings look mislabelled, so that a person should look before a run learns from them.

A correction is the most valuable drawing there is, and it contradicts the champion by definition.
So contradiction alone must not be enough. Three witnesses have to agree against a label:

1. *confident learning*: the champion, which never trained on the drawing, is sure of another digit,
   at least as sure as it is on average of drawings with that label (Northcutt et al. 2021),
2. *MNIST neighbours*: in feature space hardly any of the nearest MNIST images bears the label,
3. *drawn neighbours*: none of the nearest other drawings bears it either. An odd hand repeats
   itself, so an honest correction soon has allies; a slip of the finger has none.

Measured on 50 invented hands with 40 drawings each, one flipped label at a time: 80 % of the flips
are caught, and none of 225 honest corrections. With few drawings to be asked, the champion must be
surer (10 each: 27 % of the flips, 1 of 52 honest corrections).

From `MANY_CONTRIBUTORS` contributors on, nobody is an ally of their own drawings: one who swaps two
digits throughout would vouch for themselves. And who is found out twice over the same two digits is
believed in neither: all their drawings that bear one of them wait for a person. Measured on 50
invented hands with 20 drawings each, one of whom swaps ones and sevens (51 crowds of three kinds):
65, 45 and 59 % of the swapped labels were caught before, 83, 70 and 87 % are so, and as many honest
corrections train (100, 97 and 99 %).

Shapes: N drawings, Q of them questioned, M MNIST images, K = 10 digits, F features.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trainer.learning.scores import Digits, Floats

MANY_CONTRIBUTORS: Final = 20
N_MNIST_NEIGHBOURS: Final = 10
N_DRAWN_NEIGHBOURS: Final = 5

MOST_SUPPORT: Final = 0.1
"""Share of the MNIST neighbours that may bear a suspect's label."""

SURE: Final = 0.9
"""The champion's least certainty of another digit."""

VERY_SURE: Final = 0.999
"""The same when fewer than `FEW_DRAWINGS` could be an ally."""

SWAPS: Final = 2
"""Suspects over the same two digits after which a contributor is believed in neither."""

FEW_DRAWINGS: Final = 30

MOST_BELIEF: Final = 0.01
"""The most that the champion may believe in a suspect's label."""

DRAWN_WEIGHT: Final = 8.0
"""Of the drawn neighbours in the doubt, where belief and MNIST count one each: of a hand that the
champion misreads they alone know. On three crowds of each kind that `inkloop bench noise` does not
use, AUROC of one who swaps ones and sevens: 0.948 at 1, 0.976 at 2, 0.985 at 4, 0.989 at 8 on
tablets, where it is least, and 0.891 by the champion alone."""

CHUNK: Final = 500
"""Drawings questioned at once: with 20,000 others and 5,000 MNIST images, 50 MB."""

Integers = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Hearing:
    """What the three witnesses say of Q drawings' labels."""

    labels_Q: Integers
    read_Q: Integers
    """The digit that the champion reads."""

    authors_Q: Integers
    """Numbers of the contributors; where there are few, each drawing has its own."""

    belief_Q: Floats
    """The champion's probability of the label."""

    sureness_Q: Floats
    """Its probability of the digit that it reads."""

    is_confident_Q: NDArray[np.bool_]
    """Whether it reads another digit, at least as surely as it usually reads that one."""

    mnist_support_Q: Floats
    """Share of MNIST neighbours that bear the label."""

    drawn_support_Q: Floats
    """Share of drawn neighbours that bear the label; 0 where there is nobody to ask."""

    n_asked_Q: Integers
    """Drawings that could have been an ally."""

    @property
    def doubt_Q(self) -> Floats:
        """(Q,) one number to rank by, 0 to 1: the higher, the likelier the label is wrong."""
        support = self.belief_Q + self.mnist_support_Q + DRAWN_WEIGHT * self.drawn_support_Q
        doubt_Q = 1.0 - support / (2.0 + DRAWN_WEIGHT)
        # Whom nobody believes, their drawings look as right as they like.
        is_swapped_Q = _swapped(self, _contradicted(self))
        return np.where(is_swapped_Q, (1.0 + doubt_Q) / 2.0, doubt_Q).astype(np.float32)


def hear(
    probabilities_NK: Floats,
    features_NF: Floats,
    labels_N: Digits,
    mnist_features_MF: Floats,
    mnist_labels_M: Digits,
    contributors: Sequence[str] | None = None,
    n_questioned: int | None = None,
) -> Hearing:
    """Hear the three witnesses about the first `n_questioned` drawings; about all when None.

    Args:
        probabilities_NK: the champion's, calibrated; of new drawings, then of older ones.
        mnist_features_MF: the champion's features of some thousand MNIST images.
        contributors: who drew each of the N; None counts as many different ones.
    """
    n_questioned = len(labels_N) if n_questioned is None else n_questioned
    places = np.arange(n_questioned)
    labels = labels_N.astype(np.intp)
    questioned = labels[:n_questioned]
    read_Q = probabilities_NK[:n_questioned].argmax(axis=1)
    sureness_Q = probabilities_NK[places, read_Q]
    usual_K = _usual_certainty(probabilities_NK, labels)
    directions_NF, mnist_MF = _directions(features_NF), _directions(mnist_features_MF)
    authors = _authors(len(labels), contributors)
    mnist_labels = mnist_labels_M.astype(np.intp)
    mnist_support, drawn_support, n_asked = [], [], []
    for start in range(0, n_questioned, CHUNK):
        asked = slice(start, min(start + CHUNK, n_questioned))
        theirs = directions_NF[asked]
        mnist_support.append(
            _support(theirs @ mnist_MF.T, mnist_labels, labels[asked], N_MNIST_NEIGHBOURS)
        )
        likeness = theirs @ directions_NF.T
        likeness[authors[asked, None] == authors[None, :]] = -np.inf
        drawn_support.append(_support(likeness, labels, labels[asked], N_DRAWN_NEIGHBOURS))
        n_asked.append(np.isfinite(likeness).sum(axis=1))
    return Hearing(
        labels_Q=questioned,
        read_Q=read_Q,
        authors_Q=authors[:n_questioned],
        belief_Q=probabilities_NK[places, questioned],
        sureness_Q=sureness_Q,
        is_confident_Q=(read_Q != questioned) & (sureness_Q >= usual_K[read_Q]),
        mnist_support_Q=np.concatenate([np.zeros(0, np.float32), *mnist_support]),
        drawn_support_Q=np.concatenate([np.zeros(0, np.float32), *drawn_support]),
        n_asked_Q=np.concatenate([np.zeros(0, np.intp), *n_asked]),
    )


def suspects(hearing: Hearing) -> NDArray[np.bool_]:
    """(Q,) which drawings to put aside: all witnesses speak against them, or whoever gave them."""
    contradicted_Q = _contradicted(hearing)
    return contradicted_Q | _swapped(hearing, contradicted_Q)


def _contradicted(hearing: Hearing) -> NDArray[np.bool_]:
    """(Q,) which drawings all three witnesses speak against."""
    needed_Q = np.where(hearing.n_asked_Q < FEW_DRAWINGS, VERY_SURE, SURE)
    return np.asarray(
        hearing.is_confident_Q
        & (hearing.sureness_Q >= needed_Q)
        & (hearing.belief_Q <= MOST_BELIEF)
        & (hearing.mnist_support_Q <= MOST_SUPPORT + 1e-6)
        & (hearing.drawn_support_Q == 0.0)
    )


def _swapped(hearing: Hearing, contradicted_Q: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(Q,) which drawings bear one of two digits that their contributor seems to swap."""
    swaps = Counter(
        (int(author), frozenset((int(label), int(read))))
        for author, label, read in zip(
            hearing.authors_Q[contradicted_Q],
            hearing.labels_Q[contradicted_Q],
            hearing.read_Q[contradicted_Q],
            strict=True,
        )
    )
    is_swapped_Q = np.zeros(len(contradicted_Q), dtype=np.bool_)
    for (author, pair), n in swaps.items():
        if n >= SWAPS:
            bears_Q = np.isin(hearing.labels_Q, list(pair))
            is_swapped_Q |= bears_Q & (hearing.authors_Q == author)
    return is_swapped_Q


def _usual_certainty(probabilities_NK: Floats, labels_N: Integers) -> Floats:
    """(10,) mean probability of a digit over the drawings that bear it; 0 if there are none."""
    return np.array(
        [
            probabilities_NK[labels_N == digit, digit].mean() if (labels_N == digit).any() else 0.0
            for digit in range(probabilities_NK.shape[1])
        ],
        dtype=np.float32,
    )


def _directions(features: Floats) -> Floats:
    """Features at length 1, so that products are cosines; a zero vector stays one."""
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    return np.asarray(features / np.maximum(lengths, 1e-12), dtype=np.float32)


def _authors(n: int, contributors: Sequence[str] | None) -> Integers:
    """(N,) numbers: drawings of one number are no allies of each other.

    Each drawing has its own, until there are so many hands that all of one hand's share one.
    """
    if contributors is None:
        return np.arange(n)
    names, numbers = np.unique(np.asarray(contributors), return_inverse=True)
    return np.arange(n) if len(names) < MANY_CONTRIBUTORS else numbers


def _support(
    likeness: Floats, their_labels: Integers, labels_Q: Integers, n_nearest: int
) -> Floats:
    """(Q,) share of the nearest that bear each drawing's label; those at −inf are not asked."""
    n_nearest = min(n_nearest, likeness.shape[1])
    if n_nearest == 0:
        return np.zeros(len(labels_Q), dtype=np.float32)
    nearest = np.argpartition(-likeness, n_nearest - 1, axis=1)[:, :n_nearest]
    is_asked = np.isfinite(np.take_along_axis(likeness, nearest, axis=1))
    agrees = (their_labels[nearest] == labels_Q[:, None]) & is_asked
    share = agrees.sum(axis=1) / np.maximum(is_asked.sum(axis=1), 1)
    return np.asarray(share, dtype=np.float32)
