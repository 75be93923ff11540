"""What a network is made of: layers, shapes, parameters, multiply-adds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor, nn

from trainer.networks.base import SIDE_PX, DigitNetwork


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer as it was run on one drawing."""

    name: str
    """Its place in the network, such as `body.3`."""

    kind: str
    """Its class, such as `Conv2d`."""

    output_shape: tuple[int, ...]
    """Without the batch dimension."""

    n_parameters: int
    n_multiply_adds: int
    """Of convolutions and linear layers, for one drawing; 0 for all else."""


@dataclass(frozen=True, slots=True)
class Description:
    """The layers in the order in which they run, and their sums."""

    layers: tuple[Layer, ...]

    @property
    def n_parameters(self) -> int:
        """Numbers that training learns."""
        return sum(layer.n_parameters for layer in self.layers)

    @property
    def n_multiply_adds(self) -> int:
        """For one drawing, forward."""
        return sum(layer.n_multiply_adds for layer in self.layers)


def describe(network: DigitNetwork) -> Description:
    """Run one empty drawing through the network and note what each layer does with it."""
    layers: list[Layer] = []

    def note(name: str) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]:
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
    handles = [module.register_forward_hook(note(name)) for name, module in leaves]
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
    """Each output value costs as many as one row of weights has numbers."""
    if isinstance(module, nn.Conv2d | nn.Linear):
        return prod(output_shape) * module.weight[0].numel()
    return 0
