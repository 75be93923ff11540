"""Schemas of predictions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from server.api.shared.schemas import (
    Base64Ink,
    Label,
    Probability,
    RequestModel,
    ResponseModel,
    Side,
    StrokeLists,
)


class StrokesIn(RequestModel):
    """Strokes on a canvas: x to the right, y downwards, in the canvas's own units."""

    strokes: StrokeLists
    width: Side
    height: Side


class StepOut(ResponseModel):
    """One step of a prediction and its time."""

    name: str
    ms: float


class PredictionOut(ResponseModel):
    """The live version's prediction. `label` is null when the ink does not look like a digit."""

    label: Label | None
    probabilities: Annotated[list[Probability], Field(min_length=10, max_length=10)]
    is_digit: bool
    reason: Literal["empty", "dot", "scribble", "several", "unfamiliar"] | None
    model_version: int
    ink: Base64Ink
    steps: list[StepOut]
