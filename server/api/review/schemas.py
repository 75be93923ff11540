"""Schemas of the review queue."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from server.api.drawings.schemas import DrawingOut
from server.api.shared.schemas import Label, Probability, RequestModel, ResponseModel


class ReviewQuery(BaseModel):
    """How many drawings to claim."""

    model_config = ConfigDict(extra="forbid")
    limit: Annotated[int, Field(ge=1, le=100)] = 20


class ReviewIn(RequestModel):
    """A reviewer's decision: `relabel` needs `label`, the others keep the present one."""

    decision: Literal["accept", "relabel", "reject"]
    label: Label | None = None


class CountOut(ResponseModel):
    """A count that stops at 10,000: beyond it `is_exact` is false."""

    n: int
    is_exact: bool


class ReadOut(ResponseModel):
    """The live version's reading of a drawing."""

    label: Label
    probability: Probability
    second: Label
    model_version: int


class ReviewItem(DrawingOut):
    """A drawing in the queue, and the reason."""

    why: Literal["quarantined", "disagrees", "unsure", "sample"]
    read: ReadOut | None


class ReviewOut(ResponseModel):
    """Drawings that the caller has claimed for five minutes, most urgent first."""

    items: list[ReviewItem]
    next: str | None
    left: CountOut
    n_quarantined: int
    n_done: int
    """The caller's decisions since midnight UTC."""
