"""Batches of a run: new drawings, older drawings, and replay of the reference set.

All old data is kept, so there is no replay buffer of limited size: a run is joint training on a
budget. Drawings fill a fixed part of each batch, however few there are; the reference set fills the
rest with a new sample each time.

Shapes: B batch, N drawings; inks (N, 28, 28) uint8.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from core.symbols.reference_set import LabelledImages
from trainer.learning.examples import Examples, as_input


@dataclass(frozen=True, slots=True)
class RunData:
    """All data that a run trains on or chooses by. No exam image and no holdout is among them."""

    new: LabelledImages
    """Drawings that no finished run trained on."""

    older: LabelledImages
    """Drawings of earlier runs; may be empty, but not both."""

    replay: LabelledImages
    """The reference set's training images."""

    validation: LabelledImages
    """The reference set's validation images; every choice is made on them."""

    def __post_init__(self) -> None:
        if not self.n_drawings:
            raise ValueError("a run needs at least one drawing")

    @property
    def n_drawings(self) -> int:
        """Number of new and older drawings."""
        return len(self.new) + len(self.older)


@dataclass(frozen=True, slots=True)
class Batch:
    """The examples of one step: drawings first, then replay."""

    images_B1HW: Tensor
    """Float in [0, 1], without distortions; each part in random order."""

    labels_B: Tensor
    n_drawn: int

    @property
    def n_replayed(self) -> int:
        """Number of images from the reference set."""
        return len(self.labels_B) - self.n_drawn


class Batches:
    """Samples batches with replacement. Its only state is that of torch's default generator."""

    def __init__(
        self,
        data: RunData,
        n_drawn: int,
        n_replay: int,
        new_share: float,
        hard: Tensor | None = None,
        n_hard: int = 0,
    ) -> None:
        """Prepare to sample from `data`.

        Args:
            n_drawn: drawings in a batch; at least `new_share` of them are new ones.
            n_replay: images from the reference set in a batch.
            hard: indices of hard images in `data.replay`; `n_hard` of the replayed images are
                sampled from them. None: all replayed images are sampled from the whole set.
        """
        self._new = Examples.from_arrays(data.new.inks, data.new.labels)
        self._older = Examples.from_arrays(data.older.inks, data.older.labels)
        self._replay = Examples.from_arrays(data.replay.inks, data.replay.labels)
        self._n_new = n_of_new(n_drawn, len(self._new), len(self._older), new_share)
        self._n_older = n_drawn - self._n_new
        self._hard = None if hard is None else self._replay.at(hard)
        self._n_hard = 0 if hard is None else n_hard
        self._n_replay = n_replay

    def draw(self) -> Batch:
        """Sample the next batch."""
        drawn = [_sample(self._new, self._n_new), _sample(self._older, self._n_older)]
        replayed = [_sample(self._replay, self._n_replay - self._n_hard)]
        if self._hard is not None:
            replayed.append(_sample(self._hard, self._n_hard))
        drawn_part, replayed_part = _mixed(drawn), _mixed(replayed)
        ink = torch.cat([drawn_part.ink_NHW, replayed_part.ink_NHW])
        labels = torch.cat([drawn_part.labels_N, replayed_part.labels_N])
        return Batch(as_input(ink), labels, len(drawn_part))

    def typical(self, n: int) -> Tensor:
        """Sample ink (n, 28, 28) of the reference set, for batch-norm statistics."""
        return _sample(self._replay, n).ink_NHW

    def tensors(self) -> dict[str, Tensor]:
        """Return no state: `LoopState` saves the generator's."""
        return {}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Restore nothing."""


def _mixed(parts: list[Examples]) -> Examples:
    """Concatenate and shuffle: distortions depend on the position in the batch."""
    ink = torch.cat([part.ink_NHW for part in parts])
    labels = torch.cat([part.labels_N for part in parts])
    order = torch.randperm(len(labels))
    return Examples(ink[order], labels[order])


def _sample(examples: Examples, n: int) -> Examples:
    if n == 0:
        return examples.at(torch.zeros(0, dtype=torch.int64))
    return examples.at(torch.randint(len(examples), (n,)))


def n_of_new(n_drawn: int, n_new: int, n_older: int, new_share: float) -> int:
    """Return how many of the `n_drawn` drawings of a batch are new.

    The share is `new_share`, or the share of new drawings among all drawings if that is larger.
    """
    if n_older == 0 or n_new == 0:
        return n_drawn if n_older == 0 else 0
    return round(n_drawn * max(new_share, n_new / (n_new + n_older)))
