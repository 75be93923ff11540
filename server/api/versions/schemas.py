"""Schemas of model versions."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from server.api.runs.schemas import VerdictOut
from server.api.shared.schemas import Answer


class AboutVersion(Answer):
    """How a version was made, from its manifest; None where an older manifest does not say."""

    n_parameters: int | None
    temperature: float | None
    seed: int | None
    recipe: dict[str, Any] | None
    onnx_sha256: str


class ModelOut(Answer):
    """A version, its scores, verdict and lineage."""

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
    """By exam: `accuracy`, `n_correct`, `n`, `ece`, `nll`, and `bins` of certainty."""
    verdict: VerdictOut | None
    about: AboutVersion | None = None
    """Only of one version, not in lists."""


class ModelsOut(Answer):
    """Newest first."""

    items: list[ModelOut]
    next: str | None


class PromotedOut(Answer):
    """The version that every worker serves now."""

    version: int
    previous_version: int | None


class AnchorOut(Answer):
    """The version that later candidates are measured against."""

    version: int
