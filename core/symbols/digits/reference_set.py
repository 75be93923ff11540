"""The reference set of the ten digits: MNIST, golden digits and generated non-digits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Final, Self

import numpy as np

from core.base.arrays import Inks, Labels, Mask
from core.base.settings import Settings
from core.symbols.digits import mnist, non_digits, writers
from core.symbols.digits.golden import golden_inks
from core.symbols.digits.mnist import Part
from core.symbols.reference_set import LabelledImages
from core.symbols.symbols import Symbols

DIGITS: Final = Symbols(ids=tuple(range(10)), texts=tuple("0123456789"))

N_KNOWN_WRITERS: Final = 60_000
"""Size of MNIST's training set. The writers of a training set of another size are unknown."""

OTHER_VALIDATION_SHARE: Final = 12
"""One of so many images validates where writers are unknown: the last ones."""


def load(settings: Settings) -> DigitReferenceSet:
    """Return MNIST from the instance's cache. Files are read when they are first needed."""
    return DigitReferenceSet(settings.mnist_cache)


def fetch(settings: Settings, on_progress: mnist.OnFetchProgress | None = None) -> str:
    """Put MNIST's verified files into the instance's cache. Returns their origin, for people.

    Raises: DataError, if no source has them or `INKLOOP_MNIST_DIR` holds a wrong file.
    """
    return mnist.fetch(settings.mnist_cache, settings.mnist_dir, on_progress)


def is_complete(settings: Settings) -> bool:
    """Return whether the cache has all files, without reading them."""
    return mnist.is_complete(settings.mnist_cache)


def verify(settings: Settings) -> int:
    """Check every cached file against its published MD5 sum. Returns the number of images.

    Raises: DataError, if a file is missing or damaged.
    """
    return sum(len(mnist.load_part(settings.mnist_cache, part)) for part in mnist.PARTS)


class DigitReferenceSet:
    """MNIST with its validation split; see `core.symbols.reference_set.ReferenceSet`.

    All images together take 55 MB of memory.
    """

    def __init__(
        self, folder: Path, load_part: Callable[[Path, Part], LabelledImages] = mnist.load_part
    ) -> None:
        self._folder = folder
        self._load_part = load_part

    @classmethod
    def from_arrays(cls, train: LabelledImages, test: LabelledImages) -> Self:
        """Return a reference set over images in memory, for tests and benchmarks."""
        parts = {"train": train, "t10k": test}
        return cls(Path(), lambda _folder, part: parts[part])

    @property
    def training(self) -> LabelledImages:
        """MNIST's training images except `validation`."""
        return self._split[0]

    @property
    def validation(self) -> LabelledImages:
        """About 5,000 training images whose writers wrote none of `training`."""
        return self._split[1]

    @cached_property
    def exam(self) -> LabelledImages:
        """MNIST's test set, in its published order."""
        return self._load_part(self._folder, "t10k")

    @property
    def strata(self) -> Mapping[str, slice]:
        """The two halves of MNIST's test set: students wrote the first, employees the second."""
        middle = len(self.exam) // 2
        return {"writers_students": slice(middle), "writers_employees": slice(middle, None)}

    @property
    def golden(self) -> LabelledImages:
        """The golden digits; see `core.symbols.digits.golden`."""
        return LabelledImages(*golden_inks())

    def exam_images(self) -> Inks | None:
        """Read the test images from disk, unverified (0.7 ms); None if missing or damaged."""
        return mnist.read_or_none(self._folder / mnist.TEST_IMAGES)

    def exam_labels(self) -> Labels | None:
        """Read the test labels from disk, unverified; None if missing or damaged."""
        return mnist.read_or_none(self._folder / mnist.TEST_LABELS)

    def pen_drawn(self, n: int, seed: int) -> Inks:
        """Generate n digits as pens draw them."""
        return non_digits.pen_drawn_digits(n, seed)

    def pen_drawn_others(self, n: int, seed: int) -> Inks:
        """Generate n letters, signs and scribbles."""
        return non_digits.pen_drawn_non_digits(n, seed)

    def others_from(self, inks: Inks, n: int, seed: int) -> Inks:
        """Make n images of several digits side by side, and of torn digits."""
        return non_digits.non_digits_from(inks, n, seed)

    @cached_property
    def _split(self) -> tuple[LabelledImages, LabelledImages]:
        # The whole training set is dropped after the split: 47 MB.
        whole = self._load_part(self._folder, "train")
        is_validation = _is_validation(len(whole))
        return _where(whole, ~is_validation), _where(whole, is_validation)


def _is_validation(n_training: int) -> Mask:
    mask = np.zeros(n_training, dtype=np.bool_)
    if n_training == N_KNOWN_WRITERS:
        mask[writers.validation_indices()] = True
    else:
        mask[-n_training // OTHER_VALIDATION_SHARE :] = True
    return mask


def _where(images: LabelledImages, mask: Mask) -> LabelledImages:
    return LabelledImages(images.inks[mask], images.labels[mask])
