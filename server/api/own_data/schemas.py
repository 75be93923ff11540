"""Schemas of a contributor's own data."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from server.api.shared.schemas import Answer, Sent


class KeptOut(Answer):
    """What is kept of whoever asks."""

    contributor: str
    n_drawings: int
    n_with_strokes: int
    n_pictures: int
    first_at: datetime | None
    last_at: datetime | None
    versions: list[int]
    consented_at: datetime | None
    retention_days: int
    is_link_open: bool


class ConsentIn(Sent):
    """Which wording of the text the person saw."""

    wording: Annotated[int, Field(ge=1, le=1000)]


class DeletedOut(Answer):
    """What was deleted, and how it can be brought back for a minute."""

    n_drawings: int
    versions: list[int]
    deleted_at: datetime


class RestoreIn(Sent):
    """The `deleted_at` of the answer to the deletion."""

    deleted_at: Annotated[str, StringConstraints(max_length=40)]


class RestoredOut(Answer):
    """How many drawings are back."""

    n_drawings: int


class LinkOut(Answer):
    """The secret of a link that carries one's drawings to another browser, once."""

    token: str
    expires_at: datetime


class LinkIn(Sent):
    """The secret of such a link."""

    token: Annotated[str, StringConstraints(min_length=16, max_length=100)]


class JoinOut(Answer):
    """How many drawings the link brings, and how many of this browser's would join them."""

    n_there: int
    n_here: int
