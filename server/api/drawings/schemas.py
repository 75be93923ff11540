"""Schemas of labelled drawings."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from server.api.shared.schemas import (
    Answer,
    Base64Ink,
    DrawingId,
    Label,
    LabelText,
    PictureForm,
    Probability,
    Sent,
    Side,
    StrokeLists,
)


class ClaimedPrediction(Sent):
    """What the page showed when the person labelled; a claim, kept if that version exists."""

    label: Label | None
    model_version: Annotated[int, Field(ge=1, lt=2**31)]


class DrawingIn(Sent):
    """A labelled drawing. Exactly one of `strokes` (with `width` and `height`) or `ink`."""

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


class LabelIn(Sent):
    """Another label; `confirm` says that the person was asked "Really?" and stands by it."""

    label: Label
    confirm: bool = False


class ShownPrediction(Answer):
    """What was predicted when the drawing was labelled."""

    label: Label | None
    model_version: int


class DrawingOut(Answer):
    """A drawing; `versions` are those that learned from it."""

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
    """How likely the predicted version held its prediction; only for reviewers."""


class DrawingWithStrokes(DrawingOut):
    """A drawing with its strokes; null if it came as a picture or as ink."""

    strokes: list[list[list[float]]] | None
    width: float | None
    height: float | None


class DrawingsOut(Answer):
    """Newest first; `next` goes into `after`, null at the end."""

    items: list[DrawingOut]
    next: str | None


class GalleryDrawing(DrawingOut):
    """A drawing as reviewers see it; `confidence` is that of its prediction."""

    confidence: Probability | None


class MineCounts(Answer):
    """A contributor's drawings by their fate."""

    total: int
    learned: int
    waiting: int
    exam: int
    checking: int
    live_version: int | None


class MineOut(DrawingsOut):
    """One's own drawings."""

    counts: MineCounts
