"""Field types and base classes that the schemas of several subjects use."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

from core.imaging import MAX_POINTS, MAX_STROKES

MAX_REASON = 500  # characters
Probability = Annotated[float, Field(ge=0, le=1)]
Label = Annotated[int, Field(ge=0, le=9, description="the digit")]
# Values in queries and forms are text: a label is exactly one digit.
LabelText = Annotated[str, StringConstraints(pattern=r"^[0-9]$")]
Base64Ink = Annotated[
    str,
    Field(description="base64 of 784 bytes, row by row; 0 = paper, 255 = ink"),
]
Side = Annotated[float, Field(ge=1, le=100_000, description="of the canvas, in its own units")]


def _normal_uuid(text: str) -> str:
    """Return a uuid in its normal spelling, so that equal ids compare equal as text."""
    try:
        return str(UUID(text))
    except ValueError as exc:
        raise ValueError("must be a uuid, such as 0b7f3f0e-5c1e-4f0a-9a52-6f2f1d0c9b11") from exc


DrawingId = Annotated[
    str,
    StringConstraints(min_length=32, max_length=36),
    AfterValidator(_normal_uuid),
    Field(json_schema_extra={"format": "uuid"}),
]
# Pydantic does not look inside: `core.imaging.parse_strokes` validates all points at once.
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


class RequestModel(BaseModel):
    """Base of request bodies and forms: strict types, finite numbers, no unknown fields.

    `"7"`, `true` and `7.0` are no labels.
    """

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class ResponseModel(BaseModel):
    """Base of answers. They are not validated at run time; tests compare answers with them."""

    model_config = ConfigDict(extra="forbid")


class Named(ResponseModel):
    """The name and figures of a sentence, for a page to render it in any language."""

    name: str
    facts: dict[str, Any]


class ErrorOut(BaseModel):
    """Any error."""

    model_config = ConfigDict(extra="allow")
    error: str
    message: str


class Reason(RequestModel):
    """The reason for a change; it is kept in the audit log."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_REASON)]
