"""MNIST as the training benchmarks take it: tensors, split into training, validation and test."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.symbols.digits import mnist, writers
from trainer.learning.examples import Examples


@dataclass(frozen=True, slots=True)
class Digits:
    """Real MNIST."""

    train: Examples
    """55,050 images; nothing by the writers of `validation`."""

    validation: Examples
    test: Examples
    """The 10,000, for the figures alone."""

    all_train: Examples
    """The 60,000 in their published order, for authors who hold nothing back."""


def load_digits(folder: Path) -> Digits:
    """Read MNIST from a folder with its four files. Raises: DataError."""
    data = mnist.load(folder)
    held_back = np.zeros(len(data.train_labels), dtype=bool)
    held_back[writers.validation_indices()] = True
    images, labels = data.train_images, data.train_labels
    return Digits(
        train=Examples.from_arrays(images[~held_back], labels[~held_back]),
        validation=Examples.from_arrays(images[held_back], labels[held_back]),
        test=Examples.from_arrays(data.test_images, data.test_labels),
        all_train=Examples.from_arrays(images, labels),
    )
