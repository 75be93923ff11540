"""Interface of a reference set: fixed, labelled images that belong to a set of symbols.

The first model trains on a reference set, later runs replay it, and the gate measures on its exam
images. Code outside the package of a reference set sees only this interface.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from core.base.arrays import Inks, Labels


@dataclass(frozen=True, slots=True)
class LabelledImages:
    """N inks (N, 28, 28) uint8 and their labels (N,)."""

    inks: Inks
    labels: Labels

    def __post_init__(self) -> None:
        if len(self.inks) != len(self.labels):
            raise ValueError(f"{len(self.inks)} inks but {len(self.labels)} labels")

    def __len__(self) -> int:
        return len(self.labels)


class ReferenceSet(Protocol):
    """Images for training, validation and exam, with what is derived from them.

    The properties verify files against their published checksums on first access and keep the
    images in memory. They raise DataError if a file is missing or damaged.
    """

    @property
    def training(self) -> LabelledImages:
        """Images for the first model and for replay."""

    @property
    def validation(self) -> LabelledImages:
        """Images by writers who wrote none of `training`. Every choice within a run uses them."""

    @property
    def exam(self) -> LabelledImages:
        """Images for the gate alone: no run trains on them or chooses by them."""

    @property
    def strata(self) -> Mapping[str, slice]:
        """Parts of the exam that each have a gate rule, by the name of the rule."""

    @property
    def golden(self) -> LabelledImages:
        """Plain examples that every version must read. They need no files."""

    def exam_images(self) -> Inks | None:
        """Read the exam's images from disk, unverified; None if the file is missing or damaged."""

    def exam_labels(self) -> Labels | None:
        """Read the exam's labels from disk, unverified; None if the file is missing or damaged."""

    def pen_drawn(self, n: int, seed: int) -> Inks:
        """Generate n symbols as pens draw them. Deterministic and cached; read-only."""

    def pen_drawn_others(self, n: int, seed: int) -> Inks:
        """Generate n pen drawings that show none of the symbols. Deterministic and cached."""

    def others_from(self, inks: Inks, n: int, seed: int) -> Inks:
        """Make n images that show no single symbol by combining or cutting `inks`."""
