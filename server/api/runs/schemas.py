"""Shapes of a run in full, of the drawings it learned from, and of the webhook."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from core.webhooks.signing import MAX_URL
from server.answer_schemas import Answer, RunOut, RunPoint
from server.api.gallery.schemas import GalleryDrawing
from server.schemas import Label, LabelText, Page, Sent

Event = Literal["promoted", "held", "failed"]


class RunLineOut(Answer):
    """A line of a run's log, in the client's language."""

    at: datetime
    name: str
    sentence: str


class PhaseOut(Answer):
    """How long a phase took, or has taken so far."""

    phase: str
    seconds: float


class TimeLeft(Answer):
    """About how long it will take yet; `is_whole` is false where only this phase is known of."""

    seconds: float
    is_whole: bool


class DeliveryOut(Answer):
    """Something told to the webhook, and what became of it."""

    id: int
    event: Literal["promoted", "held", "failed", "test"]
    run_id: int | None
    created_at: datetime
    attempted_at: datetime | None
    n_attempts: int
    is_waiting: bool
    """Whether it is still to be told, perhaps again."""
    outcome: str | None
    sentence: str | None


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


class WebhookIn(Sent):
    """Whom to tell of which ends; a new receiver gets a new secret, others only if asked."""

    url: Annotated[str, StringConstraints(min_length=1, max_length=MAX_URL)]
    events: Annotated[list[Event], Field(min_length=1, max_length=3)]
    renew_secret: bool = False


class WebhookOut(Answer):
    """Who is told; `secret` is shown once, when it is new."""

    url: str | None
    events: list[Event]
    updated_at: datetime | None
    allows_private: bool
    secret: str | None
    deliveries: list[DeliveryOut]
    """The last ten, newest first."""
