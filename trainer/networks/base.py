"""What networks share: the size of their world, normalisation as their first layer, and a block."""

from __future__ import annotations

import torch
from torch import Tensor, nn

SIDE_PX = 28
N_DIGITS = 10

MNIST_MEAN = 0.1307  # of the 60,000 training images, in [0, 1]
MNIST_STD = 0.3081


class Normalise(nn.Module):
    """Subtract a mean and divide by a deviation; both travel with the weights."""

    mean: Tensor
    std: Tensor

    def __init__(self, mean: float = MNIST_MEAN, std: float = MNIST_STD) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean))
        self.register_buffer("std", torch.tensor(std))

    def forward(self, ink_B1HW: Tensor) -> Tensor:
        """The same picture, centred at 0."""
        return (ink_B1HW - self.mean) / self.std


class DigitNetwork(nn.Module):
    """A body that makes features and a head that reads digits from them.

    Networks whose authors end in log-softmax return the values before it: cross-entropy and
    softmax of a log-softmax are those of its input.
    """

    def __init__(self, body: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.body = body
        self.head = head

    def forward(self, ink_B1HW: Tensor) -> tuple[Tensor, Tensor]:
        """`(B, 1, 28, 28)` in [0, 1] → logits (B, 10) and features (B, F)."""
        features_BF = self.body(ink_B1HW)
        return self.head(features_BF), features_BF

    def look(self, ink_B1HW: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What `forward` gives, and traits (B, T).

        Traits are the features and, of each ReLU's map between the first and them, how strongly
        each channel answers on average over the drawing: what was seen on the way to a digit. The
        first map tells pens apart rather than shapes.
        """
        layers = self.body if isinstance(self.body, nn.Sequential) else [self.body]
        seen, answers = ink_B1HW, []
        for layer in layers:
            seen = layer(seen)
            if isinstance(layer, nn.ReLU) and seen.dim() == 4 and seen.shape[-1] > 1:
                answers.append(seen.mean(dim=(2, 3)))
        return self.head(seen), seen, torch.cat([seen, *answers[1:]], dim=1)


def block(
    n_in: int, n_out: int, side: int, *, padding: int = 0, pool: bool = False
) -> list[nn.Module]:
    """Convolution without bias (batch norm has one), pool if asked, batch norm, ReLU."""
    convolution = nn.Conv2d(n_in, n_out, side, padding=padding, bias=False)
    pooling = [nn.MaxPool2d(2)] if pool else []
    return [convolution, *pooling, nn.BatchNorm2d(n_out), nn.ReLU()]
