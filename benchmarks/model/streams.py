"""Streams of drawings by hands that the first model has never seen, each with holdout drawings.

- `writers`: the first model learned from MNIST's employees only; students' images arrive writer by
  writer.
- `digits`: scikit-learn's `load_digits`, 43 real hands at 8 × 8 pixels, scaled into the 20 px box.
- `tablet`, `odd`: thirty synthetic hands each (`tests/support/hands.py`).
- `person`: a single synthetic hand; its holdout of new hands is by thirty others.

Inks are (N, 28, 28) uint8.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sklearn.datasets import load_digits

from core.base.arrays import Inks, Labels
from core.symbols.digits import writers
from core.symbols.digits.mnist import Mnist
from tests.support.hands import Hand, Way, draw, ink_of, make_hand

N_STREAM: Final = 1_000
N_EXAM: Final = 1_000
N_HANDS: Final = 30
BOX_PX: Final = 20


@dataclass(frozen=True, slots=True)
class Stream:
    """Labelled drawings in order of arrival, and holdout drawings that no run trains on."""

    inks: Inks
    labels: Labels
    known_inks: Inks
    """Other drawings by the same hands."""

    known_labels: Labels
    new_inks: Inks
    """Drawings by other hands of the same kind; empty where writers are unknown."""

    new_labels: Labels
    base: str = "full"
    """The first model of the stream: `full` or `employees`."""


def drawn(way: Way, seed: int, n_hands: int = N_HANDS) -> Stream:
    """Drawings by synthetic hands, and by thirty others for the holdout of new hands."""
    rng = np.random.default_rng(seed)
    known = [make_hand(way, rng) for _ in range(n_hands)]
    others = [make_hand(way, rng) for _ in range(N_HANDS)]
    return Stream(
        *_drawn_by(known, N_STREAM, rng),
        *_drawn_by(known, N_EXAM, rng),
        *_drawn_by(others, N_EXAM, rng),
    )


def _drawn_by(hands: list[Hand], n: int, rng: np.random.Generator) -> tuple[Inks, Labels]:
    labels = rng.permutation(np.arange(n) % 10)
    inks = [ink_of(draw(hands[rng.integers(len(hands))], int(digit), rng)) for digit in labels]
    return np.stack(inks), labels


def students(mnist: Mnist, seed: int) -> Stream:
    """Students' images, writer by writer, without validation images."""
    rng = np.random.default_rng(seed)
    who = writers.load()
    usable = np.flatnonzero(who.train_series == writers.STUDENTS)
    usable = np.setdiff1d(usable, writers.validation_indices())
    order = rng.permutation(np.unique(who.train_writer[usable]))
    by_writer = [usable[who.train_writer[usable] == one] for one in order]
    # Of the first writers, two thirds of each arrive, one third is their holdout.
    first, rest = by_writer[:20], by_writer[20:40]
    arriving = np.concatenate([one[: 2 * len(one) // 3] for one in first])[:N_STREAM]
    known = np.concatenate([one[2 * len(one) // 3 :] for one in first])[:N_EXAM]
    new = np.concatenate(rest)[:N_EXAM]

    def part(indices: NDArray[np.intp]) -> tuple[Inks, Labels]:
        return mnist.train_images[indices], mnist.train_labels[indices].astype(np.int64)

    return Stream(*part(arriving), *part(known), *part(new), base="employees")


def employees_only(mnist: Mnist) -> NDArray[np.intp]:
    """Indices of the training images by employees, without validation writers."""
    chosen = np.flatnonzero(writers.load().train_series == writers.EMPLOYEES)
    return np.setdiff1d(chosen, writers.validation_indices())


def optical(seed: int) -> Stream:
    """`load_digits`: 1,000 arrive, 797 are the holdout; writers are unknown."""
    source: Any = load_digits()
    order = np.random.default_rng(seed).permutation(len(source.target))
    inks = np.stack([enlarged(source.images[index]) for index in order])
    labels = source.target[order].astype(np.int64)
    return Stream(
        inks[:N_STREAM], labels[:N_STREAM], inks[N_STREAM:], labels[N_STREAM:], inks[:0], labels[:0]
    )


def enlarged(image_88: NDArray[np.float64]) -> Inks:
    """Convert an 8 × 8 image (0 to 16) into ink: box of 20 px, centre of mass in the middle."""
    smooth = Image.fromarray((image_88 * 15.9).astype(np.uint8)).resize(
        (40, 40), Image.Resampling.BICUBIC
    )
    pixels = np.asarray(smooth)
    rows, columns = np.flatnonzero((pixels > 40).any(1)), np.flatnonzero((pixels > 40).any(0))
    box = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = BOX_PX / max(box.shape)
    size = (max(1, round(box.shape[1] * scale)), max(1, round(box.shape[0] * scale)))
    small = np.asarray(Image.fromarray(box).resize(size, Image.Resampling.BICUBIC)).astype(float)
    small = np.clip(1.2 * small, 0, 255)
    middle = [float(small.sum(1 - axis) @ np.arange(small.shape[axis])) for axis in (0, 1)]
    top, left = (
        int(np.clip(round(14 - middle[axis] / small.sum()), 0, 28 - small.shape[axis]))
        for axis in (0, 1)
    )
    ink = np.zeros((28, 28), np.uint8)
    ink[top : top + small.shape[0], left : left + small.shape[1]] = small
    return ink


def all_streams(mnist: Mnist) -> Mapping[str, Callable[[int], Stream]]:
    """Return all streams by name, as functions of a seed."""
    return {
        "writers": lambda seed: students(mnist, seed),
        "digits": optical,
        "tablet": lambda seed: drawn("tablet", seed),
        "odd": lambda seed: drawn("odd", seed),
        "person": lambda seed: drawn("odd", 500 + seed, n_hands=1),
    }
