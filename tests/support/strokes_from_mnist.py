"""A hundred MNIST images for tests, and the strokes that could have drawn them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.model.centre_lines import centre_lines, strokes_from_mnist

__all__ = ["SAMPLE", "centre_lines", "sample_digits", "strokes_from_mnist"]

SAMPLE = Path(__file__).with_name("mnist_sample.npz")


@cache
def sample_digits() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Ten training images of each digit, in the order of MNIST: (100, 28, 28) and (100,).

    Committed, so that tests of the imaging need no download.
    """
    with np.load(SAMPLE, allow_pickle=False) as arrays:
        return arrays["images"], arrays["labels"]
