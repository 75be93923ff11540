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
from server.api.shared.schemas import Answer, DrawingId, Label, LabelText, Probability, Sent

Band = Literal["unknown", "below_60", "60_to_90", "90_to_99", "above_99"]

SortText = Literal["newest", "oldest", "least_sure", "most_sure"]

ActionText = Literal["accept", "relabel", "reject", "restore", "delete"]
assert get_args(SortText) == tuple(Sort) and get_args(ActionText) == tuple(Action)

DAY = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")

VersionText = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,8}$")]


def _as_day(text: Any) -> Any:
    """Pydantic alone would take a number for seconds since 1970."""
    if not (isinstance(text, str) and DAY.match(text)):
        raise ValueError("must be a day, such as 2026-11-23")
    return text


Day = Annotated[date, BeforeValidator(_as_day), Field(lt=date.max)]


class GalleryFilters(BaseModel):
    """Which drawings; a day is of UTC, and both days are within."""

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
        """The same for `core.drawings.gallery`."""
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
    """Which drawings, and in which order."""

    sort: SortText = "newest"


class ChangeIn(Sent):
    """What to do to a selection; `label` goes with `relabel` alone."""

    ids: Annotated[list[DrawingId], Field(min_length=1, max_length=MAX_AT_ONCE)]
    action: ActionText
    label: Label | None = None


class GalleryOut(Answer):
    """`next` goes into `after`, null at the end; `is_capped`: only the newest 2,000 are ordered."""

    items: list[GalleryDrawing]
    next: str | None
    is_capped: bool


class SummaryOut(Answer):
    """How many drawings fit; `by` says what every other choice of a filter would find.

    Filters by contributor, version or day have to count: they stop at 10,000, and `by` is null.
    """

    n: int
    is_exact: bool
    by: dict[str, dict[str, int]] | None


class ChangeOut(Answer):
    """What was done; `id` undoes it, and `learned_versions` keep what they learned."""

    id: int
    action: ActionText
    n: int
    learned_versions: list[int]


class LabelOut(Answer):
    """One label of a drawing's history."""

    label: Label
    by: str
    at: datetime


class LearnedFrom(Answer):
    """A version that learned from the drawing, and with which label."""

    version: int
    label: Label
    was_live: bool


class DrawingRecord(Answer):
    """What is on record of a drawing, oldest first."""

    labels: list[LabelOut]
    learned: list[LearnedFrom]


class ReadingOut(Answer):
    """What one version says of a drawing; nulls if its files cannot be run any more."""

    version: int
    label: Label | None
    confidence: Probability | None
    is_digit: bool | None


class ReadingsOut(Answer):
    """The newest versions first."""

    items: list[ReadingOut]


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
