"""Labelled ink as tensors in memory, the input of every training loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from core.base.arrays import Inks, Labels


@dataclass(frozen=True, slots=True)
class Examples:
    """N drawings and their labels, on one device."""

    ink_NHW: Tensor
    """(N, 28, 28) uint8, 0 = paper, 255 = ink."""

    labels_N: Tensor
    """(N,) int64 class indices."""

    def __post_init__(self) -> None:
        if len(self.ink_NHW) != len(self.labels_N):
            raise ValueError(f"{len(self.ink_NHW)} inks but {len(self.labels_N)} labels")

    @classmethod
    def from_arrays(cls, ink_NHW: Inks, labels_N: Labels) -> Self:
        """Copy arrays into tensors."""
        return cls(torch.tensor(ink_NHW), torch.tensor(labels_N, dtype=torch.int64))

    def __len__(self) -> int:
        return len(self.labels_N)

    def to(self, device: torch.device) -> Examples:
        """Return the examples on a device."""
        return Examples(self.ink_NHW.to(device), self.labels_N.to(device))

    def at(self, indices: Tensor) -> Examples:
        """Return copies of the examples at the indices."""
        return Examples(self.ink_NHW[indices], self.labels_N[indices])


def as_input(ink_NHW: Tensor) -> Tensor:
    """Convert ink (N, 28, 28) uint8 to network input (N, 1, 28, 28) float in [0, 1]."""
    return ink_NHW.unsqueeze(1).float().div_(255.0)
