"""The symbols that a model can read: their ids, their texts, and their order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Symbols:
    """A fixed list of symbols. Output number i of a model is the symbol `ids[i]`.

    Training and scoring use ids as class indices, so ids have to count up from 0.
    """

    ids: tuple[int, ...]
    """As stored with drawings, in verdicts and in manifests."""

    texts: tuple[str, ...]
    """How each symbol is written for people, in the order of `ids`."""

    def __post_init__(self) -> None:
        if len(self.ids) != len(self.texts):
            raise ValueError(f"{len(self.ids)} ids but {len(self.texts)} texts")
        if self.ids != tuple(range(len(self.ids))):
            raise ValueError("ids must be 0, 1, 2, … in order")

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[int]:
        return iter(self.ids)
