"""Schemas of predictions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from server.api.shared.schemas import Answer, Base64Ink, Label, Probability, Sent, Side, StrokeLists


class StrokesIn(Sent):
    """Strokes on a canvas; x to the right and y downwards, in the canvas's own units."""

    strokes: StrokeLists
    width: Side
    height: Side


class StepOut(Answer):
    """One step from strokes to answer."""

    name: str
    ms: float


class PredictionOut(Answer):
    """What the live version says. `label` is null when it does not look like a digit."""

    label: Label | None
    probabilities: Annotated[list[Probability], Field(min_length=10, max_length=10)]
    is_digit: bool
    reason: Literal["empty", "dot", "scribble", "several", "unfamiliar"] | None
    model_version: int
    ink: Base64Ink
    steps: list[StepOut]
