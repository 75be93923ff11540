"""MNIST for benches: as arrays, or as tensors split into training, validation and test images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from benchmarks.bench import Say
from core.base.settings import Settings
from core.symbols.digits import mnist, writers
from trainer.learning.examples import Examples

Options = TypeVar("Options")


@dataclass(frozen=True, slots=True)
class MnistSplits:
    """MNIST as tensors."""

    train: Examples
    """55,050 images, none by a writer of `validation`."""

    validation: Examples
    test: Examples
    """The 10,000 test images, for figures only."""

    all_train: Examples
    """All 60,000 training images in their published order."""


def load_mnist() -> mnist.Mnist:
    """Read MNIST from the instance's cache; fetch it first if it is missing. Raises: DataError."""
    settings = Settings.from_env()
    if not mnist.is_complete(settings.mnist_cache):
        mnist.fetch(settings.mnist_cache, settings.mnist_dir)
    return mnist.load(settings.mnist_cache)


def load_splits() -> MnistSplits:
    """`load_mnist`, split. Raises: DataError."""
    data = load_mnist()
    is_validation = np.zeros(len(data.train_labels), dtype=bool)
    is_validation[writers.validation_indices()] = True
    images, labels = data.train_images, data.train_labels
    return MnistSplits(
        train=Examples.from_arrays(images[~is_validation], labels[~is_validation]),
        validation=Examples.from_arrays(images[is_validation], labels[is_validation]),
        test=Examples.from_arrays(data.test_images, data.test_labels),
        all_train=Examples.from_arrays(images, labels),
    )


def on_mnist(
    measure: Callable[[mnist.Mnist, Path, Options, Say], dict[str, Any]],
) -> Callable[[Path, Options, Say], dict[str, Any]]:
    """Turn a measurement that takes MNIST into a bench's `run`."""
    return lambda folder, options, say: measure(load_mnist(), folder, options, say)


def on_splits(
    measure: Callable[[MnistSplits, Path, Options, Say], dict[str, Any]],
) -> Callable[[Path, Options, Say], dict[str, Any]]:
    """The same for a measurement that takes `MnistSplits`."""
    return lambda folder, options, say: measure(load_splits(), folder, options, say)
