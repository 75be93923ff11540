"""Pages of lists: the query, and the cursor that continues a list."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from core.base.errors import InvalidInput


class Page(BaseModel):
    """Which part of a list: `after` is the `next` of the part before."""

    model_config = ConfigDict(extra="forbid")
    limit: Annotated[int, Field(ge=1, le=500)] = 50
    after: Annotated[str, StringConstraints(max_length=100)] | None = None


def next_after(number: int) -> str:
    """What a client sends as `after` to go on behind this row."""
    return base64.urlsafe_b64encode(str(number).encode()).decode("ascii").rstrip("=")


def number_after(after: str | None) -> int | None:
    """The row to go on behind. Raises: InvalidInput, if no answer of ours gave it."""
    if after is None:
        return None
    try:
        text = base64.b64decode(after + "=" * (-len(after) % 4), b"-_", validate=True)
        number = int(text) if text.isdigit() else -1
    except (binascii.Error, ValueError):
        number = -1
    if not 0 <= number < 2**63:
        raise InvalidInput("after must be the `next` of the page before: start without it")
    return number
