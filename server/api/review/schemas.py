"""Schemas of the review queue."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from server.api.drawings.schemas import DrawingOut
from server.api.shared.schemas import Answer, Label, Probability, Sent


class ReviewQuery(BaseModel):
    """How many drawings to look at."""

    model_config = ConfigDict(extra="forbid")
    limit: Annotated[int, Field(ge=1, le=100)] = 20


class ReviewIn(Sent):
    """What a reviewer says: `relabel` needs the label, the others keep the one there is."""

    decision: Literal["accept", "relabel", "reject"]
    label: Label | None = None


class CountOut(Answer):
    """A count that stops at 10,000: beyond it `is_exact` is false."""

    n: int
    is_exact: bool


class ReadOut(Answer):
    """What the live version makes of a drawing."""

    label: Label
    probability: Probability
    second: Label
    model_version: int


class ReviewItem(DrawingOut):
    """A drawing in the queue, and why it is there."""

    why: Literal["quarantined", "disagrees", "unsure", "sample"]
    read: ReadOut | None


class ReviewOut(Answer):
    """Drawings that are the asker's for five minutes, the one to look at first first."""

    items: list[ReviewItem]
    next: str | None
    left: CountOut
    n_quarantined: int
    n_done: int
    """The asker's own since midnight UTC."""
