"""Shapes of data in and out, and of what a contributor may ask about their own."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, GetPydanticSchema, StringConstraints
from pydantic_core.core_schema import literal_schema

from core.transfer.formats import registry
from server.answer_schemas import Answer
from server.api.gallery.schemas import GalleryFilters
from server.schemas import Sent

Transferred = Literal[
    "sending",
    "queued",
    "checking",
    "ready",
    "storing",
    "done",
    "refused",
    "failed",
    "undoing",
    "undone",
]


# The same schema and error as a Literal of the names, which can only be written out.
ExportFormat = Annotated[
    str, GetPydanticSchema(lambda _type, _handler: literal_schema(list(registry.exports())))
]


class ExportQuery(GalleryFilters):
    """Which drawings, and how they are written."""

    format: ExportFormat


class ImportForm(Sent):
    """A file to import; with `preview` it is only looked at until `/store` is called."""

    file: Annotated[str, Field(json_schema_extra={"format": "binary"})]
    preview: Literal["true", "false"] = "false"


class EstimateOut(Answer):
    """How large an export would be; beyond 10,000 the count may stop (`is_exact` false)."""

    n: int
    is_exact: bool
    n_bytes: int


class FoundOut(Answer):
    """What a file holds, after the checks."""

    by_label: Annotated[list[int], Field(min_length=10, max_length=10)]
    n_known: int
    n_refused: int
    refusals: list[str]


class TransferOut(Answer):
    """One import or export: how far it is, and what it came to."""

    id: int
    kind: Literal["import", "export"]
    status: Transferred
    format: str | None
    by: str
    file_name: str | None
    filters: dict[str, Any] | None
    n_bytes: int | None
    n_total: int | None
    n_done: int
    n_new: int
    found: FoundOut | None
    message: str | None
    versions: list[int]
    created_at: datetime
    finished_at: datetime | None


class TransfersOut(Answer):
    """Newest first."""

    items: list[TransferOut]
    next: str | None


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
