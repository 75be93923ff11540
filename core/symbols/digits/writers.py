"""The writer of each MNIST image, and the validation split by writers.

Source: QMNIST (C. Yadav and L. Bottou, 2019, BSD licence), whose label files name the writer of
every image. `scripts/make_mnist_writers.py` makes the packaged file from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FILE = Path(__file__).with_name("mnist_writers.npz")
EMPLOYEES = 0  # series hsf_0: staff of the census bureau
STUDENTS = 4  # series hsf_4: high-school students
VALIDATION_SIZE = 5_000


@dataclass(frozen=True, slots=True)
class Writers:
    """Series (uint8) and writer (uint16) of each image: (60000,) and (10000,)."""

    train_series: NDArray[np.uint8]
    train_writer: NDArray[np.uint16]
    test_series: NDArray[np.uint8]
    test_writer: NDArray[np.uint16]


def load() -> Writers:
    """Read the packaged file."""
    with np.load(FILE, allow_pickle=False) as arrays:
        return Writers(
            arrays["train_series"],
            arrays["train_writer"],
            arrays["test_series"],
            arrays["test_writer"],
        )


def validation_indices(writers: Writers | None = None) -> NDArray[np.int64]:
    """Return sorted indices of about 5,000 training images: all images of the chosen writers.

    Both series contribute in proportion. Writers are taken in a fixed random order until their
    series' share is full, so the split is the same on every machine.
    """
    writers = writers or load()
    chosen = []
    order = np.random.default_rng(20190525)  # any fixed seed: this one is QMNIST's date
    for series in (EMPLOYEES, STUDENTS):
        share = VALIDATION_SIZE * np.mean(writers.train_series == series)
        n_taken = 0
        in_series = writers.train_series == series
        for writer in order.permutation(np.unique(writers.train_writer[in_series])):
            mine = np.flatnonzero(in_series & (writers.train_writer == writer))
            if n_taken + len(mine) > share:
                break
            chosen.append(mine)
            n_taken += len(mine)
    return np.sort(np.concatenate(chosen))
