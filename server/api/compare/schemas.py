"""Shapes of what the dashboard is told about what versions read."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from server.api.shared.schemas import Answer, Base64Ink, Label

Row = Annotated[list[int], Field(min_length=10, max_length=10)]


class FlipOut(Answer):
    """A digit that exactly one of the two versions reads right."""

    source: Literal["mnist", "drawing"]
    place: int
    """Of MNIST's test set, from 0; of a drawing, its order of arrival."""
    drawing_id: str | None
    contributor: str | None
    label: Label
    a: Label
    b: Label
    ink: Base64Ink


class DifferenceOut(Answer):
    """How two versions did on the same digits; `p` is McNemar's, exact and two-sided."""

    n: int
    n_right_a: int
    n_right_b: int
    n_better: int
    n_worse: int
    p: Annotated[float, Field(ge=0, le=1)]


class ContributorDifference(Answer):
    """On whose exam drawings it got better and worse; contributors go by their number."""

    contributor: int
    n_better: int
    n_worse: int


class CompareOut(Answer):
    """What got better and what got worse from version `a` to `b`; at most 200 pictures each."""

    a: int
    b: int
    mnist_test: DifferenceOut | None
    drawings: DifferenceOut
    better: list[FlipOut]
    worse: list[FlipOut]
    contributors: list[ContributorDifference]


class ConfusionOut(Answer):
    """Row: the digit it is. Column: the digit that the version read in MNIST's test set."""

    version: int
    n: int
    rows: Annotated[list[Row], Field(min_length=10, max_length=10)]
    precision: list[float | None]
    recall: list[float | None]
    f1: list[float | None]


class CellItem(Answer):
    """One MNIST test image."""

    place: int
    ink: Base64Ink


class CellOut(Answer):
    """The digits behind a cell of the confusion matrix; at most 200."""

    label: Label
    read_as: Label
    n: int
    items: list[CellItem]
