"""Shapes of what is sent and answered. Types are strict: "7", true and 7.0 are no labels."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from core.imaging import MAX_POINTS, MAX_STROKES

MAX_REASON = 500  # characters
Probability = Annotated[float, Field(ge=0, le=1)]
Label = Annotated[int, Field(ge=0, le=9, description="the digit")]
Base64Ink = Annotated[
    str,
    Field(description="base64 of 784 bytes, row by row; 0 = paper, 255 = ink"),
]


def _as_uuid(text: str) -> str:
    """One spelling for each uuid, so that the same id is the same however it is written."""
    try:
        return str(UUID(text))
    except ValueError as exc:
        raise ValueError("must be a uuid, such as 0b7f3f0e-5c1e-4f0a-9a52-6f2f1d0c9b11") from exc


DrawingId = Annotated[
    str,
    StringConstraints(min_length=32, max_length=36),
    AfterValidator(_as_uuid),
    Field(json_schema_extra={"format": "uuid"}),
]
# In queries and forms everything is text: a digit is one character, and nothing else is.
LabelText = Annotated[str, StringConstraints(pattern=r"^[0-9]$")]


class Sent(BaseModel):
    """What a client sends: strict types, finite numbers, no unknown fields."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class Answer(BaseModel):
    """What a client gets."""

    model_config = ConfigDict(extra="forbid")


# `core.imaging.parse_strokes` checks them, in bulk and with its own sentences.
StrokeLists = Annotated[
    list[Any],
    WithJsonSchema(
        {
            "type": "array",
            "maxItems": MAX_STROKES,
            "description": f"at most {MAX_POINTS} points in all",
            "items": {
                "type": "array",
                "description": "the points between pen down and pen up",
                "items": {
                    "type": "array",
                    "description": "x, y, t_ms, pressure (0 to 1); the last two optional",
                    "minItems": 2,
                    "maxItems": 4,
                    "items": {"type": "number"},
                },
            },
        }
    ),
]
Side = Annotated[float, Field(ge=1, le=100_000, description="of the canvas, in its own units")]


class StrokesIn(Sent):
    """Strokes on a canvas; x to the right and y downwards, in the canvas's own units."""

    strokes: StrokeLists
    width: Side
    height: Side


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


class PictureForm(Sent):
    """A picture as a file of a form: PNG, JPEG or WebP."""

    file: Annotated[str, Field(json_schema_extra={"format": "binary"})]


class DrawingForm(PictureForm):
    """A labelled picture."""

    id: DrawingId
    label: LabelText


class LabelIn(Sent):
    """Another label; `confirm` says that the person was asked "Really?" and stands by it."""

    label: Label
    confirm: bool = False


class Reason(Sent):
    """Why; it stays in the record."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_REASON)]


class ScheduleIn(Sent):
    """When runs are due: POSIX cron in an IANA time zone; an empty zone is the machine's own."""

    cron: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    timezone: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = ""
    min_new_drawings: Annotated[int, Field(ge=1, le=1_000_000)] = 20
    enabled: bool = True


class LoginIn(Sent):
    """An account's e-mail address and password."""

    email: Annotated[str, StringConstraints(min_length=3, max_length=254)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=256)]


class SetupIn(LoginIn):
    """The first admin, and the secret of the one-time link."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=100)]


class TokenIn(Sent):
    """A token for programs."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    role: Literal["reviewer", "admin"]


class Page(BaseModel):
    """Which part of a list: `after` is the `next` of the part before."""

    model_config = ConfigDict(extra="forbid")
    limit: Annotated[int, Field(ge=1, le=500)] = 50
    after: Annotated[str, StringConstraints(max_length=100)] | None = None


class DrawingsQuery(Page):
    """Which drawings."""

    label: LabelText | None = None
    status: Literal["accepted", "quarantined", "rejected"] | None = None
    split: Literal["train", "holdout_known", "holdout_new"] | None = None
    source: Literal["drawn", "uploaded", "imported"] | None = None
    contributor: Annotated[str, StringConstraints(max_length=64)] | None = None
    disagrees: Literal["true", "false"] | None = None


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
    verdict: VerdictOut | None


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


class RunPoint(Answer):
    """A point of a run's curves."""

    phase: str
    step: int
    loss: float | None
    accuracy: float | None


class RunWithCurve(RunOut):
    """A run with its curves."""

    metrics: list[RunPoint]


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


class ErrorOut(BaseModel):
    """Every error."""

    model_config = ConfigDict(extra="allow")
    error: str
    message: str
