"""Parts that networks share: input size, normalisation, a convolution block and the base class."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn

from core.imaging import INK_SIDE_PX

SIDE_PX: Final = INK_SIDE_PX

INK_MEAN: Final = 0.1307
"""Mean of the 60,000 training images of the digits, scaled to [0, 1]."""

INK_STD: Final = 0.3081
"""Their standard deviation."""


class Normalise(nn.Module):
    """Subtract a mean and divide by a standard deviation. Both are stored with the weights."""

    mean: Tensor
    std: Tensor

    def __init__(self, mean: float = INK_MEAN, std: float = INK_STD) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean))
        self.register_buffer("std", torch.tensor(std))

    def forward(self, ink_B1HW: Tensor) -> Tensor:
        """Return the normalised images."""
        return (ink_B1HW - self.mean) / self.std


class SymbolNetwork(nn.Module):
    """A body that computes features and a linear head that computes one logit a symbol.

    Seed networks whose authors end with log-softmax return the logits before it: cross-entropy
    and softmax give the same results for both.
    """

    def __init__(self, body: nn.Module, head: nn.Linear) -> None:
        super().__init__()
        self.body = body
        self.head = head

    @property
    def n_symbols(self) -> int:
        """K, the number of logits."""
        return int(self.head.out_features)

    def forward(self, ink_B1HW: Tensor) -> tuple[Tensor, Tensor]:
        """Map (B, 1, 28, 28) in [0, 1] to logits (B, K) and features (B, F)."""
        features_BF = self.body(ink_B1HW)
        return self.head(features_BF), features_BF

    def forward_with_traits(self, ink_B1HW: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return logits and features as `forward` does, and traits (B, T).

        Traits are the features and the spatial mean of each channel after every ReLU except the
        first, whose map distinguishes pens rather than shapes.
        """
        layers = self.body if isinstance(self.body, nn.Sequential) else [self.body]
        seen, means = ink_B1HW, []
        for layer in layers:
            seen = layer(seen)
            if isinstance(layer, nn.ReLU) and seen.dim() == 4 and seen.shape[-1] > 1:
                means.append(seen.mean(dim=(2, 3)))
        return self.head(seen), seen, torch.cat([seen, *means[1:]], dim=1)


def block(
    n_in: int, n_out: int, side: int, *, padding: int = 0, pool: bool = False
) -> list[nn.Module]:
    """Convolution without bias (batch norm has one), max pooling if asked, batch norm, ReLU."""
    convolution = nn.Conv2d(n_in, n_out, side, padding=padding, bias=False)
    pooling = [nn.MaxPool2d(2)] if pool else []
    return [convolution, *pooling, nn.BatchNorm2d(n_out), nn.ReLU()]
