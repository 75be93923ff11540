"""Labelled ink as two tensors in memory: what every training loop reads from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Examples:
    """N drawings and their labels, on one device."""

    ink_NHW: Tensor
    """(N, 28, 28) uint8, 0 = paper, 255 = ink."""

    labels_N: Tensor
    """(N,) int64, 0 to 9."""

    def __post_init__(self) -> None:
        if len(self.ink_NHW) != len(self.labels_N):
            raise ValueError(f"{len(self.ink_NHW)} inks but {len(self.labels_N)} labels")

    @classmethod
    def from_arrays(cls, ink_NHW: NDArray[np.uint8], labels_N: NDArray[np.integer[Any]]) -> Self:
        """The same as tensors; the arrays are copied."""
        return cls(torch.tensor(ink_NHW), torch.tensor(labels_N, dtype=torch.int64))

    def __len__(self) -> int:
        return len(self.labels_N)

    def to(self, device: torch.device) -> Examples:
        """The same on a device."""
        return Examples(self.ink_NHW.to(device), self.labels_N.to(device))

    def at(self, indices: Tensor) -> Examples:
        """Those at the indices, copied."""
        return Examples(self.ink_NHW[indices], self.labels_N[indices])


def as_input(ink_NHW: Tensor) -> Tensor:
    """Ink (N, 28, 28) uint8 as networks take it: (N, 1, 28, 28) float in [0, 1]."""
    return ink_NHW.unsqueeze(1).float().div_(255.0)
