"""Paged lists: the query, and the opaque cursor in `next` and `after`."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from core.base.errors import InvalidInput


class Page(BaseModel):
    """One page of a list; `after` is the `next` of the page before."""

    model_config = ConfigDict(extra="forbid")
    limit: Annotated[int, Field(ge=1, le=500)] = 50
    after: Annotated[str, StringConstraints(max_length=100)] | None = None


def cursor(number: int) -> str:
    """Return the cursor that continues a list after the row with this number."""
    return encode_cursor(str(number))


def number_of(after: str | None) -> int | None:
    """Return the row number in a cursor; None without a cursor. Raises: InvalidInput."""
    if after is None:
        return None
    text = decode_cursor(after)
    number = int(text) if text.isdecimal() else -1
    if not 0 <= number < 2**63:
        raise bad_cursor()
    return number


def encode_cursor(text: str) -> str:
    """Encode ASCII text as an opaque cursor."""
    return base64.urlsafe_b64encode(text.encode("ascii")).decode("ascii").rstrip("=")


def decode_cursor(after: str) -> str:
    """Return the text in a cursor. Raises: InvalidInput, if the server did not make it."""
    try:
        padded = after + "=" * (-len(after) % 4)
        return base64.b64decode(padded, b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError) as exc:
        raise bad_cursor() from exc


def bad_cursor() -> InvalidInput:
    """Return the error for a cursor that the server did not make."""
    return InvalidInput("after must be the `next` of the page before: start without it")
