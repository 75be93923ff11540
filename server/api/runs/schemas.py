"""Schemas of runs, their verdicts and the drawings they trained on."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from server.api.drawings.schemas import GalleryDrawing
from server.api.shared.paging import Page
from server.api.shared.schemas import Answer, Label, LabelText, Named
from server.api.webhooks.schemas import DeliveryOut


class RuleOut(Answer):
    """One rule of the gate and its figures."""

    name: str
    passed: bool
    value: Any
    bound: Any
    sentence: str
    facts: dict[str, Any]
    """The figures that the rule was decided by."""


class VerdictOut(Answer):
    """What the gate said."""

    passed: bool
    sentence: str
    rules: list[RuleOut]


class RunOut(Answer):
    """One attempt to train."""

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
    """The account, in lists of runs and of one run; only for reviewers."""


class RunPoint(Answer):
    """A point of a run's curves."""

    phase: str
    step: int
    loss: float | None
    accuracy: float | None


class RunsOut(Answer):
    """Newest first."""

    items: list[RunOut]
    next: str | None


class RunLineOut(Named):
    """A line of a run's log."""

    at: datetime
    sentence: str


class PhaseOut(Answer):
    """How long a phase took, or has taken so far."""

    phase: str
    seconds: float


class TimeLeft(Answer):
    """About how long it will take yet; `is_whole` is false where only this phase is known of."""

    seconds: float
    is_whole: bool


class RunInFull(RunOut):
    """A run with its curves (at most 400 points), its log, and what to do about its end."""

    metrics: list[RunPoint]
    lines: list[RunLineOut]
    phases: list[PhaseOut]
    time_left: TimeLeft | None
    progress_at: datetime | None
    """The last sign of life of its trainer."""
    n_attempts: int
    what_to_do: str | None
    advice: list[Named]
    """`what_to_do`, sentence by sentence."""
    n_checking: int
    """Drawings whose labels wait for a reviewer."""
    told: DeliveryOut | None
    """What became of telling its end; for administrators."""


class RunDrawingsQuery(Page):
    """Which of the drawings that a run learned from."""

    kind: Literal["new", "older"] | None = None
    label: LabelText | None = None


class RunDrawingOut(GalleryDrawing):
    """A drawing with the label that the run learned, which may have changed since."""

    learned_label: Label
    is_new: bool


TenCounts = Annotated[list[int], Field(min_length=10, max_length=10)]


class RunCounts(Answer):
    """How many drawings a run learned from, by the label that it learned."""

    new: TenCounts
    older: TenCounts
    n_deleted: int


class RunDrawingsOut(Answer):
    """Newest first; `counts` come with the first page alone."""

    items: list[RunDrawingOut]
    next: str | None
    counts: RunCounts | None
