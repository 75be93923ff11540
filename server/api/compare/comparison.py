"""Compare two versions by the predictions recorded at their evaluations; no model is run.

Shape: N digits that both versions read. MNIST test images are paired by index, drawings by their
number, in the newest evaluation of each version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.base.arrays import Labels
from core.base.kinds import Dataset
from core.storage.tables import Drawing, Evaluation
from core.symbols.symbols import Symbols
from core.versions.paired import mcnemar_two_sided_p

CHUNK = 500  # numbers in one query; SQLite takes 32,766 parameters
HOLDOUTS = (Dataset.HOLDOUT_KNOWN, Dataset.HOLDOUT_NEW)


@dataclass(frozen=True, slots=True)
class Flip:
    """A digit that exactly one of the two versions reads right."""

    place: int
    """Index in the MNIST test set, or the drawing's number."""
    label: int
    a: int
    b: int


@dataclass(frozen=True, slots=True)
class Difference:
    """How version b's predictions differ from version a's on one set of digits."""

    n: int
    n_right_a: int
    n_right_b: int
    better: tuple[Flip, ...]
    """Only version b reads them right."""
    worse: tuple[Flip, ...]

    @property
    def p(self) -> float:
        """P-value of the exact two-sided McNemar test, 0 to 1."""
        return mcnemar_two_sided_p(len(self.worse), len(self.better))


def difference(
    labels_N: Labels, a_N: Labels, b_N: Labels, places_N: NDArray[np.int64]
) -> Difference:
    """Compare two versions' predictions of the same N digits."""
    right_a_N, right_b_N = a_N == labels_N, b_N == labels_N

    def flips(chosen_N: NDArray[np.bool_]) -> tuple[Flip, ...]:
        return tuple(
            Flip(int(places_N[i]), int(labels_N[i]), int(a_N[i]), int(b_N[i]))
            for i in np.flatnonzero(chosen_N)
        )

    return Difference(
        n=len(labels_N),
        n_right_a=int(right_a_N.sum()),
        n_right_b=int(right_b_N.sum()),
        better=flips(right_b_N & ~right_a_N),
        worse=flips(right_a_N & ~right_b_N),
    )


def on_mnist(session: Session, a: int, b: int, labels_N: Labels) -> Difference | None:
    """Compare on the MNIST test set; None unless both versions were evaluated on all of it."""
    read_a, read_b = mnist_predictions(session, a), mnist_predictions(session, b)
    if read_a is None or read_b is None or not len(read_a) == len(read_b) == len(labels_N):
        return None
    return difference(labels_N, read_a, read_b, np.arange(len(labels_N)))


def on_drawings(session: Session, a: int, b: int) -> Difference:
    """Compare on the held-out drawings that both versions read, by their present labels."""
    read_a, read_b = drawing_predictions(session, a), drawing_predictions(session, b)
    labels = _labels(session, sorted(read_a.keys() & read_b.keys()))
    numbers = sorted(labels)
    return difference(
        np.array([labels[number] for number in numbers], np.uint8),
        np.array([read_a[number] for number in numbers], np.uint8),
        np.array([read_b[number] for number in numbers], np.uint8),
        np.array(numbers, np.int64),
    )


def mnist_predictions(session: Session, version: int) -> Labels | None:
    """Return a version's recorded predictions (N,) on the MNIST test set; None without them."""
    predicted = session.scalars(
        select(Evaluation.predicted)
        .where(Evaluation.version == version, Evaluation.dataset == Dataset.MNIST_TEST)
        .order_by(Evaluation.id)
        .limit(1)
    ).one_or_none()
    return None if predicted is None else np.frombuffer(predicted, np.uint8)


def drawing_predictions(session: Session, version: int) -> Mapping[int, int]:
    """Return a version's newest predictions on the holdouts, by drawing number."""
    predictions: dict[int, int] = {}
    for dataset in HOLDOUTS:
        row = session.execute(
            select(Evaluation.predicted, Evaluation.drawing_numbers)
            .where(Evaluation.version == version, Evaluation.dataset == dataset)
            .order_by(Evaluation.id.desc())
            .limit(1)
        ).one_or_none()
        if row is not None:
            predictions.update(zip(row.drawing_numbers or (), row.predicted, strict=True))
    return predictions


def confusion(labels_N: Labels, predicted_N: Labels, symbols: Symbols) -> NDArray[np.int64]:
    """Return counts (K, K): row = label, column = prediction."""
    n = len(symbols)
    cells = labels_N.astype(np.int64) * n + predicted_N
    return np.bincount(cells, minlength=n * n).reshape(n, n)


def _labels(session: Session, numbers: list[int]) -> dict[int, int]:
    """Return the present labels of the drawings that are still accepted."""
    labels: dict[int, int] = {}
    for start in range(0, len(numbers), CHUNK):
        chosen = Drawing.number.in_(numbers[start : start + CHUNK])
        rows = session.execute(
            select(Drawing.number, Drawing.label).where(chosen, Drawing.status == "accepted")
        )
        labels.update((number, label) for number, label in rows)
    return labels
