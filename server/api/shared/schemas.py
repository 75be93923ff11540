"""Field types and base classes that the schemas of several subjects use."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

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


class PictureForm(Sent):
    """A picture as a file of a form: PNG, JPEG or WebP."""

    file: Annotated[str, Field(json_schema_extra={"format": "binary"})]


class Reason(Sent):
    """Why; it stays in the record."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_REASON)]


Probability = Annotated[float, Field(ge=0, le=1)]


class Answer(BaseModel):
    """What a client gets."""

    model_config = ConfigDict(extra="forbid")


class Named(Answer):
    """The name and figures of a sentence, for a page to render it in any language."""

    name: str
    facts: dict[str, Any]


class ErrorOut(BaseModel):
    """Every error."""

    model_config = ConfigDict(extra="allow")
    error: str
    message: str
