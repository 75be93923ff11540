"""All networks by name, each with its recipe for training from scratch.

A new network is a function that builds it and one line in `_all`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.base.errors import NotFound
from trainer.networks import compact, recipes, residual, seeds
from trainer.networks.base import SymbolNetwork
from trainer.networks.recipes import Recipe

DEFAULT_NETWORK = "compact"


@dataclass(frozen=True, slots=True)
class Network:
    """A network architecture with its recipe."""

    name: str
    build: Callable[[int], SymbolNetwork]
    """Build it for a number of symbols, with random weights from torch's default generator."""

    recipe: Recipe
    n_features: int
    """F, the number of features that `forward` returns beside the logits."""


def _all() -> Mapping[str, Network]:
    networks = [
        Network("compact", compact.compact, recipes.COMPACT, compact.N_FEATURES),
        Network("detailed", residual.detailed, recipes.DETAILED, residual.N_FEATURES_DETAILED),
        Network("small", residual.small, recipes.SMALL, residual.N_FEATURES_SMALL),
        Network("cnn_16_32", seeds.cnn_16_32, recipes.CNN_16_32, 1568),
        Network("conv_10_20", seeds.conv_10_20, recipes.CONV_10_20, 50),
        Network("conv_32_64", seeds.conv_32_64, recipes.CONV_32_64, 100),
        Network("bn_32_64_128", seeds.bn_32_64_128, recipes.BN_32_64_128, 128),
        Network("lenet5", seeds.lenet5, recipes.LENET5, 84),
        Network("mlp_64", seeds.mlp_64, recipes.MLP_64, 32),
        Network("mlp_64_short", seeds.mlp_64_short, recipes.MLP_64_SHORT, 64),
    ]
    return MappingProxyType({network.name: network for network in networks})


NETWORKS: Mapping[str, Network] = _all()


def network_named(name: str) -> Network:
    """Return a network by name. Raises: NotFound."""
    if name not in NETWORKS:
        raise NotFound("network", f"{name}: there are {', '.join(NETWORKS)}")
    return NETWORKS[name]
