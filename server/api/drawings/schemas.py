"""Schemas of labelled drawings."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from server.api.shared.pictures import PictureForm
from server.api.shared.schemas import (
    Base64Ink,
    DrawingId,
    Label,
    LabelText,
    Probability,
    RequestModel,
    ResponseModel,
    Side,
    StrokeLists,
)


class ClaimedPrediction(RequestModel):
    """The prediction that the page showed; a client's claim, stored if that version exists."""

    label: Label | None
    model_version: Annotated[int, Field(ge=1, lt=2**31)]


class DrawingIn(RequestModel):
    """A labelled drawing with exactly one of `strokes` (with `width` and `height`) or `ink`."""

    id: DrawingId
    label: Label
    strokes: StrokeLists | None = None
    width: Side | None = None
    height: Side | None = None
    ink: Base64Ink | None = None
    prediction: ClaimedPrediction | None = None


class DrawingForm(PictureForm):
    """A labelled picture."""

    id: DrawingId
    label: LabelText


class LabelIn(RequestModel):
    """Another label; `confirm` says that the person was asked "Really?" and kept it."""

    label: Label
    confirm: bool = False


class ShownPrediction(ResponseModel):
    """The prediction that was shown when the drawing was labelled."""

    label: Label | None
    model_version: int


class DrawingOut(ResponseModel):
    """A drawing; `versions` were trained on it."""

    id: str
    label: Label
    status: Literal["accepted", "quarantined", "rejected", "deleted"]
    split: Literal["train", "holdout_known", "holdout_new"]
    source: Literal["drawn", "uploaded", "imported"]
    prediction: ShownPrediction | None
    ink: Base64Ink
    created_at: datetime
    versions: list[int]
    fate: Literal["learned", "waiting", "exam", "checking", "rejected", "deleted"]
    learned_version: int | None
    contributor: str | None = None
    """Only for reviewers."""
    confidence: Probability | None = None
    """The predicted version's probability of its prediction; only for reviewers."""


class DrawingWithStrokes(DrawingOut):
    """A drawing with its strokes; null if it was sent as a picture or as ink."""

    strokes: list[list[list[float]]] | None
    width: float | None
    height: float | None


class DrawingsOut(ResponseModel):
    """A page of drawings, newest first; `next` goes into `after`, null at the end."""

    items: list[DrawingOut]
    next: str | None


class GalleryDrawing(DrawingOut):
    """A drawing as reviewers see it; `confidence` is its prediction's probability."""

    confidence: Probability | None


class MineCounts(ResponseModel):
    """Counts of a contributor's drawings by fate."""

    total: int
    learned: int
    waiting: int
    exam: int
    checking: int
    live_version: int | None


class MineOut(DrawingsOut):
    """The caller's own drawings."""

    counts: MineCounts
