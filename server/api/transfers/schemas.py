"""Schemas of imports and exports."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from server.api.gallery.schemas import GalleryFilters
from server.api.shared.schemas import Answer, Sent

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


class ExportQuery(GalleryFilters):
    """Which drawings, and how they are written."""

    format: Literal["parquet", "npz", "idx", "png", "label-studio"]


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
