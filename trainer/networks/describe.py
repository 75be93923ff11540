"""Describe a network: layers, shapes, parameters, multiply-adds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor, nn

from trainer.networks.base import SIDE_PX, SymbolNetwork


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer and its cost for one drawing."""

    name: str
    """Path of the module, such as `body.3`."""

    kind: str
    """Name of the class, such as `Conv2d`."""

    output_shape: tuple[int, ...]
    """Without the batch dimension."""

    n_parameters: int
    n_multiply_adds: int
    """For one drawing; 0 for layers other than convolutions and linear ones."""


@dataclass(frozen=True, slots=True)
class Description:
    """All layers in execution order, with totals."""

    layers: tuple[Layer, ...]

    @property
    def n_parameters(self) -> int:
        """Number of trainable parameters."""
        return sum(layer.n_parameters for layer in self.layers)

    @property
    def n_multiply_adds(self) -> int:
        """For one forward pass of one drawing."""
        return sum(layer.n_multiply_adds for layer in self.layers)


def describe(network: SymbolNetwork) -> Description:
    """Run one empty drawing through the network and record each layer."""
    layers: list[Layer] = []

    def record(name: str) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]:
        def hook(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            shape = tuple(output.shape[1:])
            layers.append(
                Layer(
                    name=name,
                    kind=type(module).__name__,
                    output_shape=shape,
                    n_parameters=sum(p.numel() for p in module.parameters()),
                    n_multiply_adds=_n_multiply_adds(module, shape),
                )
            )

        return hook

    leaves = [(name, m) for name, m in network.named_modules() if not list(m.children())]
    handles = [module.register_forward_hook(record(name)) for name, module in leaves]
    was_training = network.training
    device = next(network.parameters()).device
    try:
        with torch.inference_mode():
            network.eval()(torch.zeros(1, 1, SIDE_PX, SIDE_PX, device=device))
    finally:
        network.train(was_training)
        for handle in handles:
            handle.remove()
    return Description(tuple(layers))


def _n_multiply_adds(module: nn.Module, output_shape: tuple[int, ...]) -> int:
    """Count the multiply-adds of a convolution or linear layer: one row of weights an output."""
    if isinstance(module, nn.Conv2d | nn.Linear):
        return prod(output_shape) * module.weight[0].numel()
    return 0
