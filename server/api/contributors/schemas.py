"""Schemas of contributors."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from server.api.shared.paging import Page
from server.api.shared.schemas import ResponseModel


class ContributorsQuery(Page):
    """A filter and the order of contributors."""

    sort: Literal["newest", "most"] = "newest"
    blocked: Literal["true", "false"] | None = None


class ContributorOut(ResponseModel):
    """A contributor with counts of their drawings; all but `n_deleted` leave out deleted ones."""

    number: int
    id: str
    created_at: datetime
    blocked_at: datetime | None
    is_held_out: bool
    n: int
    n_quarantined: int
    n_rejected: int
    n_exam: int
    n_deleted: int
    n_read: int
    n_agreed: int
    by_label: Annotated[list[int], Field(min_length=10, max_length=10)]


class ContributorsOut(ResponseModel):
    """A page of contributors."""

    items: list[ContributorOut]
    next: str | None


class ErasureOut(ResponseModel):
    """What erasing a contributor's drawings affects; `versions` trained on them, and stay."""

    n_drawings: int
    versions: list[int]
    live_version: int | None
