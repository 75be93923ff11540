"""Values of pixels as people keep them, and how they become ink of 0 to 255."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.base.errors import InvalidInput
from core.transfer.formats.notices import Notice

BYTES: Final = (0.0, 255.0)
SHARES: Final = (0.0, 1.0)
SIGNED: Final = (-1.0, 1.0)
DEPTHS: Final = (1023, 4095, 65535)
"""Largest values of cameras with 10, 12 and 16 bits."""
FEW: Final = 0.05
TOLERANCE: Final = 1e-3
"""Floats that were divided and multiplied again may be a little over the end of their range."""


@dataclass(slots=True)
class Levels:
    """Smallest and largest value seen so far, and whether all were whole numbers."""

    low: float = np.inf
    high: float = -np.inf
    is_whole: bool = True
    n: int = 0
    """Number of pictures."""
    n_over: int = 0
    """Number of those with a value above 255."""

    def add(self, values: NDArray[Any]) -> None:
        """Count pictures in: (784,) or (N, 784)."""
        if values.size:
            highs_N = values.reshape(-1, values.shape[-1]).max(axis=1)
            self.n += len(highs_N)
            self.n_over += int((highs_N > BYTES[1] * (1 + TOLERANCE)).sum())
            # NumPy's minimum keeps NaN, which Python's drops.
            self.low = float(np.minimum(self.low, values.min()))
            self.high = float(np.maximum(self.high, values.max()))
            if self.is_whole and values.dtype.kind == "f":
                self.is_whole = bool((values == np.rint(values)).all())

    def merge(self, other: Levels) -> None:
        """Count everything in that another one counted."""
        self.low = float(np.minimum(self.low, other.low))
        self.high = float(np.maximum(self.high, other.high))
        self.is_whole = self.is_whole and other.is_whole
        self.n += other.n
        self.n_over += other.n_over


@dataclass(frozen=True, slots=True)
class Scale:
    """The range of the values that stands for paper to ink."""

    low: float
    high: float

    @property
    def name(self) -> str:
        """As it is shown and recorded, such as `0..1`."""
        return f"{self.low:g}..{self.high:g}"

    def inks(self, values_NP: NDArray[Any], where: str) -> NDArray[np.uint8]:
        """Convert values to ink. Raises: InvalidInput, if one is outside the range or no number."""
        if values_NP.dtype == np.uint8 and (self.low, self.high) == BYTES:
            return values_NP
        span = self.high - self.low
        shares = (values_NP.astype(np.float64) - self.low) / span
        if not ((shares >= -TOLERANCE) & (shares <= 1 + TOLERANCE)).all():  # refuses NaN as well
            worst = values_NP[~((shares >= -TOLERANCE) & (shares <= 1 + TOLERANCE))].ravel()[0]
            raise InvalidInput(
                f"{where} has the value {float(worst):g}, the pixels elsewhere are "
                f"{self.low:g} to {self.high:g}: correct it, or leave it out"
            )
        found: NDArray[np.uint8] = np.rint(np.clip(shares, 0, 1) * 255).astype(np.uint8)
        return found


def parse_scale(name: str) -> Scale:
    """The scale of that name."""
    low, _, high = name.partition("..")
    return Scale(float(low), float(high))


def scale_of(levels: Levels, *, is_float: bool) -> tuple[Scale, tuple[Notice, ...]]:
    """Choose the scale of values, and say what is odd about them.

    Args:
        is_float: whether the values are typed as floats: then 0 and 1 alone are ordinary.
    Raises: InvalidInput, for values that are no numbers.
    """
    low, high = levels.low, levels.high
    if not np.isfinite([low, high]).all():
        if low > high:  # there was no value at all
            return Scale(*BYTES), ()
        raise InvalidInput("some pixels are no numbers (NaN or infinite): replace them by 0")
    if low < 0:
        if low >= SIGNED[0] - TOLERANCE and high <= SIGNED[1] + TOLERANCE:
            return Scale(*SIGNED), ()
        return Scale(low, high), (_stretched(low, high),)
    if high <= 1 + TOLERANCE and high > 0:
        is_odd = levels.is_whole and not is_float
        return Scale(*SHARES), (Notice("values_0_and_1", {}),) if is_odd else ()
    if levels.n_over < FEW * levels.n or high <= BYTES[1] * (1 + TOLERANCE):
        return Scale(*BYTES), ()  # a single value above is an error, which the reader reports
    top = float(next((depth for depth in DEPTHS if high <= depth), high))
    return Scale(0.0, top), (_stretched(0.0, top),)


def _stretched(low: float, high: float) -> Notice:
    return Notice("values_stretched", {"low": low, "high": high})
