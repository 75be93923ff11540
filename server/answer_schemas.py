"""Shapes of what is answered. Nothing is checked against them at run time; tests do that."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from server.schemas import Base64Ink, Label

Probability = Annotated[float, Field(ge=0, le=1)]


class Answer(BaseModel):
    """What a client gets."""

    model_config = ConfigDict(extra="forbid")


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


class RightOut(Answer):
    """How many of n drawings are read right, by the live version and the one before."""

    n: int
    n_right: int
    n_right_before: int | None


class LearnedOut(RightOut):
    """ "Did it learn me?": over one's own drawings, exam drawings apart."""

    version: int | None
    previous_version: int | None
    promoted_at: datetime | None
    exam: RightOut


class RuleOut(Answer):
    """One rule of the gate and its figures."""

    name: str
    passed: bool
    value: Any
    bound: Any
    sentence: str


class VerdictOut(Answer):
    """What the gate said."""

    passed: bool
    sentence: str
    rules: list[RuleOut]


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


class ScheduleOut(Answer):
    """When runs are due, and what the last due moment did."""

    cron: str
    timezone: str
    min_new_drawings: int
    enabled: bool
    next_run_at: datetime | None
    last_run_at: datetime | None
    last_outcome: str | None
    sentence: str
    rule_sentence: str
    """The rule in words, switched off or not."""
    next_runs: list[datetime]
    """The next five moments; none while it is switched off."""
    zone: str
    """The zone that counts: where `timezone` is empty, the machine's own."""


class ChampionOut(Answer):
    """The live version, in short."""

    version: int
    accuracy: float | None
    promoted_at: datetime


class DayOut(Answer):
    """How many drawings arrived on a day (UTC)."""

    day: str
    n: int


class StatsOut(Answer):
    """What the front pages show."""

    champion: ChampionOut | None
    next_run_at: datetime | None
    schedule_sentence: str
    run: RunOut | None
    n_drawings: int
    n_contributors: int
    n_new: int
    by_label: Annotated[list[int], Field(min_length=10, max_length=10)]
    by_day: list[DayOut]
    by_status: dict[str, int]
    min_new_drawings: int


class MeOut(Answer):
    """Who is asking."""

    role: Literal["anybody", "reviewer", "admin"]
    email: str | None
    contributor: str
    needs_setup: bool


class TokenOut(Answer):
    """The token, shown this once."""

    token: str
    name: str
    role: Literal["reviewer", "admin"]


class PromotedOut(Answer):
    """The version that every worker serves now."""

    version: int
    previous_version: int | None


class AnchorOut(Answer):
    """The version that later candidates are measured against."""

    version: int


class ReadyOut(Answer):
    """Whether everything is well, and what is not."""

    status: Literal["ok", "degraded", "not_ready"]
    problems: list[str]
    version: int | None
    sqlite: str


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


class SchedulePreviewOut(Answer):
    """A rule in words, and when it would be due next."""

    sentence: str
    next_runs: list[datetime]


class ErrorOut(BaseModel):
    """Every error."""

    model_config = ConfigDict(extra="allow")
    error: str
    message: str
