"""Shapes of what is sent. Types are strict: "7", true and 7.0 are no labels.

What is answered is in `answer_schemas.py`.
"""

from __future__ import annotations

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


class ReviewQuery(BaseModel):
    """How many drawings to look at."""

    model_config = ConfigDict(extra="forbid")
    limit: Annotated[int, Field(ge=1, le=100)] = 20


class ReviewIn(Sent):
    """What a reviewer says: `relabel` needs the label, the others keep the one there is."""

    decision: Literal["accept", "relabel", "reject"]
    label: Label | None = None


class ContributorsQuery(Page):
    """Which contributors, in which order."""

    sort: Literal["newest", "most"] = "newest"
    blocked: Literal["true", "false"] | None = None


Password = Annotated[str, StringConstraints(min_length=1, max_length=256)]


class UserIn(Sent):
    """A new account; without a password one is made up, and shown once."""

    email: Annotated[str, StringConstraints(min_length=3, max_length=254)]
    role: Literal["reviewer", "admin"]
    password: Password | None = None


class UserChange(Sent):
    """What is to change of an account."""

    role: Literal["reviewer", "admin"] | None = None
    disabled: bool | None = None


class PasswordReset(Sent):
    """Another password for an account; without one it is made up, and shown once."""

    password: Password | None = None


class OwnPasswordIn(Sent):
    """One's present password, and the one to come."""

    current: Password
    new: Password


class SessionsQuery(BaseModel):
    """Whose sessions: one's own, or for admins everybody's."""

    model_config = ConfigDict(extra="forbid")
    whose: Literal["mine", "all"] = "mine"


Day = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    Field(json_schema_extra={"format": "date"}),
]


class AuditFilter(BaseModel):
    """Which events; days are UTC and inclusive."""

    model_config = ConfigDict(extra="forbid")
    by: Annotated[str, StringConstraints(max_length=64)] | None = None
    action: Annotated[str, StringConstraints(max_length=64)] | None = None
    subject: Annotated[str, StringConstraints(max_length=100)] | None = None
    since: Day | None = None
    until: Day | None = None


class AuditQuery(Page, AuditFilter):
    """Which part of the log."""


class SchedulePreview(BaseModel):
    """A rule and a zone that are not saved yet."""

    model_config = ConfigDict(extra="forbid")
    cron: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    timezone: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = ""
