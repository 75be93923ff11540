"""Schemas of comparisons and confusion matrices."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from server.api.shared.schemas import Base64Ink, Label, ResponseModel

Row = Annotated[list[int], Field(min_length=10, max_length=10)]


class FlipOut(ResponseModel):
    """A digit that exactly one of two versions reads right."""

    source: Literal["mnist", "drawing"]
    place: int
    """Index in the MNIST test set, or the drawing's number."""
    drawing_id: str | None
    contributor: str | None
    label: Label
    a: Label
    b: Label
    ink: Base64Ink


class DifferenceOut(ResponseModel):
    """Two versions' results on the same digits; `p` is the exact two-sided McNemar test's."""

    n: int
    n_right_a: int
    n_right_b: int
    n_better: int
    n_worse: int
    p: Annotated[float, Field(ge=0, le=1)]


class ContributorDifference(ResponseModel):
    """Changes on one contributor's held-out drawings; contributors are named by number."""

    contributor: int
    n_better: int
    n_worse: int


class CompareOut(ResponseModel):
    """What version `b` reads better and worse than `a`; at most 200 pictures each."""

    a: int
    b: int
    mnist_test: DifferenceOut | None
    drawings: DifferenceOut
    better: list[FlipOut]
    worse: list[FlipOut]
    contributors: list[ContributorDifference]


class ConfusionOut(ResponseModel):
    """A confusion matrix on the MNIST test set: rows are labels, columns are predictions."""

    version: int
    n: int
    rows: Annotated[list[Row], Field(min_length=10, max_length=10)]
    precision: list[float | None]
    recall: list[float | None]
    f1: list[float | None]


class CellItem(ResponseModel):
    """One MNIST test image."""

    place: int
    ink: Base64Ink


class CellOut(ResponseModel):
    """The images of one cell of the confusion matrix; at most 200."""

    label: Label
    read_as: Label
    n: int
    items: list[CellItem]
