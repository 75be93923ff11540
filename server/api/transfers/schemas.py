"""Schemas of imports and exports."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, GetPydanticSchema
from pydantic_core.core_schema import literal_schema

from core.transfer.formats import registry
from server.api.gallery.schemas import GalleryFilters
from server.api.shared.schemas import RequestModel, ResponseModel

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
    """Filters and the format of an export."""

    format: ExportFormat


class ImportForm(RequestModel):
    """A file to import; with `preview` it is only checked until `/store` is called."""

    file: Annotated[str, Field(json_schema_extra={"format": "binary"})]
    preview: Literal["true", "false"] = "false"


class EstimateOut(ResponseModel):
    """The size of an export; the count may stop at 10,000 (`is_exact` false)."""

    n: int
    is_exact: bool
    n_bytes: int


class FoundOut(ResponseModel):
    """What a file contains, after the checks."""

    by_label: Annotated[list[int], Field(min_length=10, max_length=10)]
    n_known: int
    n_refused: int
    refusals: list[str]


class TransferOut(ResponseModel):
    """An import or export, its progress and its outcome."""

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


class TransfersOut(ResponseModel):
    """A page of imports and exports, newest first."""

    items: list[TransferOut]
    next: str | None
