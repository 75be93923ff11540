"""`detailed` and `small`: Inkloop's networks for longer training.

Both begin like `compact`, with one cheap convolution at full size and a pool. They then have three
convolutions at 12×12, one of them residual, where `compact` pools after one. Most of their
multiply-adds are there, and most of their gain in accuracy comes from there.
"""

from __future__ import annotations

from torch import Tensor, nn

from trainer.networks.base import Normalise, SymbolNetwork, block

N_FEATURES_DETAILED = 64
N_FEATURES_SMALL = 24


class Residual(nn.Module):
    """The input plus a padded 3×3 block of it."""

    def __init__(self, n_channels: int) -> None:
        super().__init__()
        self.change = nn.Sequential(*block(n_channels, n_channels, side=3, padding=1))

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """Return a tensor of the same shape."""
        changed: Tensor = self.change(x_BCHW)
        return x_BCHW + changed


def detailed(n_symbols: int) -> SymbolNetwork:
    """28×28 → 24 → 12 → 12 → 12 → 10 → 5 → 3 → 1, 64 features."""
    body = nn.Sequential(
        Normalise(),
        *block(1, 16, side=5, pool=True),
        *block(16, 32, side=3, padding=1),
        Residual(32),
        *block(32, 48, side=3, pool=True),
        *block(48, 64, side=3),
        *block(64, N_FEATURES_DETAILED, side=3),
        nn.Flatten(),
    )
    return SymbolNetwork(body, nn.Linear(N_FEATURES_DETAILED, n_symbols))


def small(n_symbols: int) -> SymbolNetwork:
    """28×28 → 24 → 12 → 12 → 12 → 10 → 5 → 3 → 1, narrower: 24 features."""
    body = nn.Sequential(
        Normalise(),
        *block(1, 12, side=5, pool=True),
        *block(12, 16, side=3, padding=1),
        Residual(16),
        *block(16, 20, side=3, pool=True),
        *block(20, 28, side=3),
        *block(28, N_FEATURES_SMALL, side=3),
        nn.Flatten(),
    )
    return SymbolNetwork(body, nn.Linear(N_FEATURES_SMALL, n_symbols))
