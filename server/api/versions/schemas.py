"""Schemas of model versions."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from server.api.runs.schemas import VerdictOut
from server.api.shared.schemas import ResponseModel


class AboutVersion(ResponseModel):
    """How a version was trained, from its manifest; null where an older manifest lacks it."""

    n_parameters: int | None
    temperature: float | None
    seed: int | None
    recipe: dict[str, Any] | None
    onnx_sha256: str


class ModelOut(ResponseModel):
    """A model version with scores, verdict and lineage."""

    version: int
    status: Literal["live", "retired", "held"]
    network: str
    created_at: datetime
    promoted_at: datetime | None
    base_version: int | None
    run_id: int | None
    n_drawings: int | None
    n_new: int | None
    is_anchor: bool
    scores: dict[str, Any]
    """By data set: `accuracy`, `n_correct`, `n`, `ece`, `nll`, and `bins` of confidence."""
    verdict: VerdictOut | None
    about: AboutVersion | None = None
    """Not in lists."""


class ModelsOut(ResponseModel):
    """A page of versions, newest first."""

    items: list[ModelOut]
    next: str | None


class PromotedOut(ResponseModel):
    """The version that all workers serve now."""

    version: int
    previous_version: int | None


class AnchorOut(ResponseModel):
    """The version that later candidates are compared with."""

    version: int
