"""What a batch of a run is made of: new drawings, older drawings, and MNIST.

All old data is kept, so replay is no small buffer here: it is joint training on a budget. What is
to be learned fills a fixed part of each batch, however few drawings there are; MNIST fills the
rest, a different sample each time.

Shapes: B batch, N drawings; inks (N, 28, 28) uint8.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from trainer.learning.examples import Examples, as_input
from trainer.learning.scores import Digits, Inks


@dataclass(frozen=True, slots=True)
class RunData:
    """All that a run may see. Neither MNIST's test set nor any holdout is in it."""

    new_inks: Inks
    """(N, 28, 28) drawings that no finished run has learned from; at least one."""

    new_labels: Digits

    older_inks: Inks
    """Drawings of earlier runs; may be empty."""

    older_labels: Digits

    mnist_inks: Inks
    """MNIST's training set without the validation images."""

    mnist_labels: Digits

    validation_inks: Inks
    """MNIST images of writers that occur in no training image; every choice is made on them."""

    validation_labels: Digits

    def __post_init__(self) -> None:
        for name in ("new", "older", "mnist", "validation"):
            n_inks, n_labels = (
                len(getattr(self, f"{name}_inks")),
                len(getattr(self, f"{name}_labels")),
            )
            if n_inks != n_labels:
                raise ValueError(f"{name}: {n_inks} inks but {n_labels} labels")
        if not len(self.new_inks) + len(self.older_inks):
            raise ValueError("a run needs at least one drawing")


@dataclass(frozen=True, slots=True)
class Batch:
    """What one step learns from: drawings first, then replay."""

    images_B1HW: Tensor
    """Float in [0, 1], not distorted yet; each part in random order."""

    labels_B: Tensor
    n_drawn: int

    @property
    def n_replayed(self) -> int:
        """How many of its images are MNIST's."""
        return len(self.labels_B) - self.n_drawn


class Batches:
    """Draws batches, with replacement, from torch's default generator: it has no other state."""

    def __init__(
        self,
        data: RunData,
        n_drawn: int,
        n_replay: int,
        new_share: float,
        hard: Tensor | None = None,
        n_hard: int = 0,
    ) -> None:
        """`n_hard` of the `n_replay` images are drawn from MNIST's `hard` ones, given by indices.

        Without `hard`, all are drawn from all of MNIST.
        """
        self._new = Examples.from_arrays(data.new_inks, data.new_labels)
        self._older = Examples.from_arrays(data.older_inks, data.older_labels)
        self._mnist = Examples.from_arrays(data.mnist_inks, data.mnist_labels)
        self._n_new = n_of_new(n_drawn, len(self._new), len(self._older), new_share)
        self._n_older = n_drawn - self._n_new
        self._hard = None if hard is None else self._mnist.at(hard)
        self._n_hard = 0 if hard is None else n_hard
        self._n_replay = n_replay

    @property
    def n_drawings(self) -> int:
        """New and older drawings to learn from."""
        return len(self._new) + len(self._older)

    def draw(self) -> Batch:
        """The next batch."""
        drawn = [_sample(self._new, self._n_new), _sample(self._older, self._n_older)]
        replayed = [_sample(self._mnist, self._n_replay - self._n_hard)]
        if self._hard is not None:
            replayed.append(_sample(self._hard, self._n_hard))
        drawn_part, replayed_part = _mixed(drawn), _mixed(replayed)
        ink = torch.cat([drawn_part.ink_NHW, replayed_part.ink_NHW])
        labels = torch.cat([drawn_part.labels_N, replayed_part.labels_N])
        return Batch(as_input(ink), labels, len(drawn_part))

    def typical(self, n: int) -> Tensor:
        """Ink (n, 28, 28) of MNIST, for batch-norm statistics."""
        return _sample(self._mnist, n).ink_NHW

    def tensors(self) -> dict[str, Tensor]:
        """No state but the generator's, which `LoopState` keeps."""
        return {}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Nothing to put back."""


def _mixed(parts: list[Examples]) -> Examples:
    """All of them in random order, since distortions go by the place in the batch."""
    ink = torch.cat([part.ink_NHW for part in parts])
    labels = torch.cat([part.labels_N for part in parts])
    order = torch.randperm(len(labels))
    return Examples(ink[order], labels[order])


def _sample(examples: Examples, n: int) -> Examples:
    if n == 0:
        return examples.at(torch.zeros(0, dtype=torch.int64))
    return examples.at(torch.randint(len(examples), (n,)))


def n_of_new(n_drawn: int, n_new: int, n_older: int, new_share: float) -> int:
    """How many of the `n_drawn` drawings of a batch are new ones.

    At least `new_share`, and more where there are fewer older drawings than that would repeat.
    """
    if n_older == 0 or n_new == 0:
        return n_drawn if n_older == 0 else 0
    return round(n_drawn * max(new_share, n_new / (n_new + n_older)))
