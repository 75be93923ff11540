"""The networks of the five seed systems, layer by layer as their authors describe them.

They take ink in [0, 1] without normalisation, except system C, whose author normalises it.
"""

from __future__ import annotations

from torch import nn

from trainer.networks.base import SIDE_PX, Normalise, SymbolNetwork

DROPOUT = 0.5  # torch's default, which the author of B keeps


def cnn_16_32(n_symbols: int) -> SymbolNetwork:
    """System A: two 5×5 convolutions; its 1,568 features are the flattened last map."""
    body = nn.Sequential(
        *(nn.Conv2d(1, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        nn.Flatten(),
    )
    return SymbolNetwork(body, nn.Linear(32 * 7 * 7, n_symbols))


def conv_10_20(n_symbols: int) -> SymbolNetwork:
    """System B: two 5×5 convolutions without padding, two linear layers, dropout."""
    return _conv_with_dropout(n_symbols, 10, 20, n_hidden=50)


def conv_32_64(n_symbols: int) -> SymbolNetwork:
    """System B, wider form."""
    return _conv_with_dropout(n_symbols, 32, 64, n_hidden=100)


def _conv_with_dropout(n_symbols: int, n_first: int, n_second: int, n_hidden: int) -> SymbolNetwork:
    body = nn.Sequential(
        *(nn.Conv2d(1, n_first, 5), nn.MaxPool2d(2), nn.ReLU()),
        *(nn.Conv2d(n_first, n_second, 5), nn.Dropout2d(DROPOUT), nn.MaxPool2d(2), nn.ReLU()),
        nn.Flatten(),
        *(nn.Linear(n_second * 4 * 4, n_hidden), nn.ReLU(), nn.Dropout(DROPOUT)),
    )
    return SymbolNetwork(body, nn.Linear(n_hidden, n_symbols))


def bn_32_64_128(n_symbols: int) -> SymbolNetwork:
    """System C: three blocks of convolution, ReLU, batch norm, pool and dropout."""

    def block(n_in: int, n_out: int, padding: int) -> list[nn.Module]:
        convolution = nn.Conv2d(n_in, n_out, 3, padding=padding)
        return [convolution, nn.ReLU(), nn.BatchNorm2d(n_out), nn.MaxPool2d(2), nn.Dropout(0.25)]

    body = nn.Sequential(
        Normalise(),
        *block(1, 32, padding=1),
        *block(32, 64, padding=1),
        *block(64, 128, padding=0),
        nn.Flatten(),
        *(nn.Linear(512, 128), nn.ReLU()),
    )
    return SymbolNetwork(body, nn.Linear(128, n_symbols))


def lenet5(n_symbols: int) -> SymbolNetwork:
    """System D: LeNet-5 with ReLU and max pooling."""
    body = nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2)),
        nn.Flatten(),
        *(nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU()),
    )
    return SymbolNetwork(body, nn.Linear(84, n_symbols))


def mlp_64(n_symbols: int) -> SymbolNetwork:
    """System E, first form: 784 → 64 → 64 → 32 → 32 → symbols."""
    return _mlp(n_symbols, 64, 64, 32, 32)


def mlp_64_short(n_symbols: int) -> SymbolNetwork:
    """System E, second form: 784 → 64 → 64 → 64 → symbols."""
    return _mlp(n_symbols, 64, 64, 64)


def _mlp(n_symbols: int, *widths: int) -> SymbolNetwork:
    layers: list[nn.Module] = [nn.Flatten()]
    n_in = SIDE_PX * SIDE_PX
    for n_out in widths:
        layers += [nn.Linear(n_in, n_out), nn.ReLU()]
        n_in = n_out
    return SymbolNetwork(nn.Sequential(*layers), nn.Linear(n_in, n_symbols))
