"""`compact`: Inkloop's default network, small enough to train and to serve on any processor.

On a CPU, time goes into multiply-adds and into passes over large maps, not into parameters. Hence
one cheap convolution at full size, pooling *before* batch norm and ReLU (a quarter of the values
to process), and no padding, since the ink is centred on empty paper.
"""

from __future__ import annotations

from torch import nn

from trainer.networks.base import Normalise, SymbolNetwork, block

N_FEATURES = 64


def compact(n_symbols: int) -> SymbolNetwork:
    """28×28 → 24 → 12 → 10 → 5 → 3 → 1, 64 features."""
    body = nn.Sequential(
        Normalise(),
        *block(1, 16, side=5, pool=True),
        *block(16, 64, side=3, pool=True),
        *block(64, 64, side=3),
        *block(64, N_FEATURES, side=3),
        nn.Flatten(),
    )
    return SymbolNetwork(body, nn.Linear(N_FEATURES, n_symbols))
