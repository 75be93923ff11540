"""Schemas of the gallery."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from core.drawings.bulk_changes import MAX_AT_ONCE, Action
from core.drawings.gallery import Filters, Sort
from server.api.drawings.schemas import GalleryDrawing
from server.api.shared.paging import Page
from server.api.shared.schemas import (
    DrawingId,
    Label,
    LabelText,
    Probability,
    RequestModel,
    ResponseModel,
)

Band = Literal["unknown", "below_60", "60_to_90", "90_to_99", "above_99"]

SortText = Literal["newest", "oldest", "least_sure", "most_sure"]

ActionText = Literal["accept", "relabel", "reject", "restore", "delete"]
assert get_args(SortText) == tuple(Sort) and get_args(ActionText) == tuple(Action)

DAY = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")

VersionText = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,8}$")]


def _as_day(text: Any) -> Any:
    """Refuse all but `2026-11-23`: Pydantic alone would read a number as seconds since 1970."""
    if not (isinstance(text, str) and DAY.match(text)):
        raise ValueError("must be a day, such as 2026-11-23")
    return text


Day = Annotated[date, BeforeValidator(_as_day), Field(lt=date.max)]


class GalleryFilters(BaseModel):
    """Filters of drawings; days are in UTC and inclusive."""

    model_config = ConfigDict(extra="forbid")
    label: LabelText | None = None
    predicted: LabelText | None = None
    status: Literal["accepted", "quarantined", "rejected"] | None = None
    split: Literal["train", "holdout_known", "holdout_new"] | None = None
    source: Literal["drawn", "uploaded", "imported"] | None = None
    contributor: Annotated[str, StringConstraints(max_length=64)] | None = None
    disagrees: Literal["true", "false"] | None = None
    confidence: Band | None = None
    version: VersionText | None = None
    since: Day | None = None
    until: Day | None = None

    def filters(self) -> Filters:
        """Return the filters as `core.drawings.gallery` takes them."""
        return Filters(
            label=None if self.label is None else int(self.label),
            predicted=None if self.predicted is None else int(self.predicted),
            status=self.status,
            split=self.split,
            source=self.source,
            contributor=self.contributor,
            disagrees=None if self.disagrees is None else self.disagrees == "true",
            confidence=self.confidence,
            version=None if self.version is None else int(self.version),
            since=None if self.since is None else _midnight(self.since),
            until=None if self.until is None else _midnight(self.until + timedelta(days=1)),
        )


class DrawingsQuery(Page, GalleryFilters):
    """Filters and the order of drawings."""

    sort: SortText = "newest"


class ChangeIn(RequestModel):
    """A change of many drawings; `label` goes with `relabel` only."""

    ids: Annotated[list[DrawingId], Field(min_length=1, max_length=MAX_AT_ONCE)]
    action: ActionText
    label: Label | None = None


class GalleryOut(ResponseModel):
    """A page of drawings; with `is_capped` only the newest 2,000 that match are ordered."""

    items: list[GalleryDrawing]
    next: str | None
    is_capped: bool


class SummaryOut(ResponseModel):
    """How many drawings match; `by` counts the matches for every other value of each filter.

    With filters by contributor, version or day the count stops at 10,000, and `by` is null.
    """

    n: int
    is_exact: bool
    by: dict[str, dict[str, int]] | None


class ChangeOut(ResponseModel):
    """A change of many drawings; `id` undoes it. `learned_versions` trained on the drawings."""

    id: int
    action: ActionText
    n: int
    learned_versions: list[int]


class LabelOut(ResponseModel):
    """One label in a drawing's history."""

    label: Label
    by: str
    at: datetime


class LearnedFrom(ResponseModel):
    """A version that trained on the drawing, and with which label."""

    version: int
    label: Label
    was_live: bool


class DrawingRecord(ResponseModel):
    """A drawing's history, oldest first."""

    labels: list[LabelOut]
    learned: list[LearnedFrom]


class ReadingOut(ResponseModel):
    """One version's reading of a drawing; nulls if its files cannot be loaded."""

    version: int
    label: Label | None
    confidence: Probability | None
    is_digit: bool | None


class ReadingsOut(ResponseModel):
    """Readings of a drawing, newest version first."""

    items: list[ReadingOut]


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
