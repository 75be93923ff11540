"""Two versions side by side, from what they read when they were judged. Nothing is read anew.

Shapes: N digits that both versions read. MNIST's test set has an order of its own; drawings are
paired by their numbers, in the newest exam of each version.
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
EXAMS = (Dataset.HOLDOUT_KNOWN, Dataset.HOLDOUT_NEW)


@dataclass(frozen=True, slots=True)
class Flip:
    """A digit that exactly one of the two versions reads right."""

    place: int
    """In MNIST's test set from 0, or the drawing's number."""
    label: int
    a: int
    b: int


@dataclass(frozen=True, slots=True)
class Difference:
    """What version b does to version a's readings of one set of digits."""

    n: int
    n_right_a: int
    n_right_b: int
    better: tuple[Flip, ...]
    """Only b reads them right."""
    worse: tuple[Flip, ...]

    @property
    def p(self) -> float:
        """Exact two-sided McNemar test of "there is no difference", 0 to 1."""
        return mcnemar_two_sided_p(len(self.worse), len(self.better))


def difference(
    labels_N: Labels, a_N: Labels, b_N: Labels, places_N: NDArray[np.int64]
) -> Difference:
    """Compare two versions' readings of the same N digits."""
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
    """Both on MNIST's test set; None unless both were measured on all of it."""
    read_a, read_b = mnist_readings(session, a), mnist_readings(session, b)
    if read_a is None or read_b is None or not len(read_a) == len(read_b) == len(labels_N):
        return None
    return difference(labels_N, read_a, read_b, np.arange(len(labels_N)))


def on_drawings(session: Session, a: int, b: int) -> Difference:
    """Both on the exam drawings that both have read, by the labels that those have now."""
    read_a, read_b = drawn_readings(session, a), drawn_readings(session, b)
    labels = _labels(session, sorted(read_a.keys() & read_b.keys()))
    numbers = sorted(labels)
    return difference(
        np.array([labels[number] for number in numbers], np.uint8),
        np.array([read_a[number] for number in numbers], np.uint8),
        np.array([read_b[number] for number in numbers], np.uint8),
        np.array(numbers, np.int64),
    )


def mnist_readings(session: Session, version: int) -> Labels | None:
    """(N,) what a version read in MNIST's test set when it was judged; None without that."""
    predicted = session.scalars(
        select(Evaluation.predicted)
        .where(Evaluation.version == version, Evaluation.dataset == Dataset.MNIST_TEST)
        .order_by(Evaluation.id)
        .limit(1)
    ).one_or_none()
    return None if predicted is None else np.frombuffer(predicted, np.uint8)


def drawn_readings(session: Session, version: int) -> Mapping[int, int]:
    """What a version read in its newest exams, by drawing number."""
    readings: dict[int, int] = {}
    for dataset in EXAMS:
        row = session.execute(
            select(Evaluation.predicted, Evaluation.drawing_numbers)
            .where(Evaluation.version == version, Evaluation.dataset == dataset)
            .order_by(Evaluation.id.desc())
            .limit(1)
        ).one_or_none()
        if row is not None:
            readings.update(zip(row.drawing_numbers or (), row.predicted, strict=True))
    return readings


def confusion(labels_N: Labels, predicted_N: Labels, symbols: Symbols) -> NDArray[np.int64]:
    """(K, K) counts: rows are labels, columns are predictions."""
    n = len(symbols)
    cells = labels_N.astype(np.int64) * n + predicted_N
    return np.bincount(cells, minlength=n * n).reshape(n, n)


def _labels(session: Session, numbers: list[int]) -> dict[int, int]:
    """The present labels of those drawings that still count as exam."""
    labels: dict[int, int] = {}
    for start in range(0, len(numbers), CHUNK):
        chosen = Drawing.number.in_(numbers[start : start + CHUNK])
        rows = session.execute(
            select(Drawing.number, Drawing.label).where(chosen, Drawing.status == "accepted")
        )
        labels.update((number, label) for number, label in rows)
    return labels
