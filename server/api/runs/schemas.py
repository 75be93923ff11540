"""Schemas of runs, their verdicts and the drawings they trained on."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from server.api.drawings.schemas import GalleryDrawing
from server.api.shared.paging import Page
from server.api.shared.schemas import Label, LabelText, Named, ResponseModel
from server.api.webhooks.schemas import DeliveryOut


class RuleOut(ResponseModel):
    """The outcome of one rule of the gate."""

    name: str
    passed: bool
    value: Any
    bound: Any
    sentence: str
    facts: dict[str, Any]
    """The figures that the rule was decided by."""


class VerdictOut(ResponseModel):
    """The gate's verdict on a candidate."""

    passed: bool
    sentence: str
    rules: list[RuleOut]


class RunOut(ResponseModel):
    """A training run."""

    id: int
    status: Literal["queued", "running", "promoted", "held", "failed", "cancelled"]
    phase: str | None
    step: int | None
    n_steps: int | None
    loss: float | None
    accuracy: float | None
    version: int | None
    verdict: VerdictOut | None
    requested_by: Literal["schedule", "first", "command", "user"]
    base_version: int | None
    n_new: int | None
    n_drawings: int | None
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    cancel_requested: bool
    message: str | None
    failure: str | None
    """The kind of what went wrong; `message` has its details."""
    asked_by: str | None = None
    """The account's address, in lists and single runs; only for reviewers."""


class RunPoint(ResponseModel):
    """A point of a run's learning curves."""

    phase: str
    step: int
    loss: float | None
    accuracy: float | None


class RunsOut(ResponseModel):
    """A page of runs, newest first."""

    items: list[RunOut]
    next: str | None


class RunLineOut(Named):
    """A line of a run's log."""

    at: datetime
    sentence: str


class PhaseOut(ResponseModel):
    """How long a phase took, or has taken so far."""

    phase: str
    seconds: float


class TimeLeft(ResponseModel):
    """Estimated time left; `is_whole` is false if it covers the current phase only."""

    seconds: float
    is_whole: bool


class RunInFull(RunOut):
    """A run with its curves (at most 400 points), its log, and advice about its outcome."""

    metrics: list[RunPoint]
    lines: list[RunLineOut]
    phases: list[PhaseOut]
    time_left: TimeLeft | None
    progress_at: datetime | None
    """Time of the trainer's last progress report."""
    n_attempts: int
    what_to_do: str | None
    advice: list[Named]
    """`what_to_do`, sentence by sentence."""
    n_checking: int
    """Number of drawings in quarantine."""
    told: DeliveryOut | None
    """The webhook delivery about its end; only for administrators."""


class RunDrawingsQuery(Page):
    """A filter of the drawings that a run trained on."""

    kind: Literal["new", "older"] | None = None
    label: LabelText | None = None


class RunDrawingOut(GalleryDrawing):
    """A drawing with the label that the run trained on, which may have changed since."""

    learned_label: Label
    is_new: bool


TenCounts = Annotated[list[int], Field(min_length=10, max_length=10)]


class RunCounts(ResponseModel):
    """How many drawings a run trained on, by label at that time."""

    new: TenCounts
    older: TenCounts
    n_deleted: int


class RunDrawingsOut(ResponseModel):
    """A page of drawings, newest first; only the first page has `counts`."""

    items: list[RunDrawingOut]
    next: str | None
    counts: RunCounts | None
