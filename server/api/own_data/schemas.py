"""Schemas of a contributor's own data."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from server.api.shared.schemas import RequestModel, ResponseModel


class KeptOut(ResponseModel):
    """What is stored about the caller."""

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


class ConsentIn(RequestModel):
    """Which wording of the privacy notice the person saw."""

    wording: Annotated[int, Field(ge=1, le=1000)]


class DeletedOut(ResponseModel):
    """What was deleted; `deleted_at` restores it for a minute."""

    n_drawings: int
    versions: list[int]
    deleted_at: datetime


class RestoreIn(RequestModel):
    """The `deleted_at` of the deletion's answer."""

    deleted_at: Annotated[str, StringConstraints(max_length=40)]


class RestoredOut(ResponseModel):
    """How many drawings were restored."""

    n_drawings: int


class LinkOut(ResponseModel):
    """The secret of a one-time link that shares the caller's drawings with another browser."""

    token: str
    expires_at: datetime


class LinkIn(RequestModel):
    """The secret of a link."""

    token: Annotated[str, StringConstraints(min_length=16, max_length=100)]


class JoinOut(ResponseModel):
    """How many drawings are behind the link, and how many of this browser's join them."""

    n_there: int
    n_here: int
