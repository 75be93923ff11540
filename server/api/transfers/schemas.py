"""Schemas of imports and exports."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, GetPydanticSchema
from pydantic_core.core_schema import literal_schema

from core.transfer import jobs
from core.transfer.formats import registry
from server.api.gallery.schemas import GalleryFilters
from server.api.shared.schemas import Base64Ink, Probability, RequestModel, ResponseModel

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


RepairText = Annotated[
    str,
    Field(
        max_length=200,
        description="such as transpose, or invert+shift_labels:-1; none: the file is right as it "
        "is",
    ),
]
ConfirmText = Annotated[
    str, Field(max_length=100, description=f'"{jobs.CONFIRM}", if no repair makes the labels agree')
]


class ImportForm(RequestModel):
    """A file to import; with `preview` it is only checked until `/store` is called."""

    file: Annotated[str, Field(json_schema_extra={"format": "binary"})]
    preview: Literal["true", "false"] = "false"
    repair: RepairText = ""
    confirm: ConfirmText = ""


class StoreIn(RequestModel):
    """A person's decision on what the check found; without one, only plain files are stored."""

    repair: RepairText = ""
    confirm: ConfirmText = ""


class EstimateOut(ResponseModel):
    """The size of an export; the count may stop at 10,000 (`is_exact` false)."""

    n: int
    is_exact: bool
    n_bytes: int


class SampleOut(ResponseModel):
    """A drawing of the file, as it would be stored."""

    ink: Base64Ink
    label: int


class NoticeOut(ResponseModel):
    """The name and the facts of a warning, for clients that make their own sentences."""

    name: str
    facts: dict[str, Any]


class AgreementOut(ResponseModel):
    """How many labels of a sample are what the live version reads."""

    share: Probability
    n: int
    version: int


class ProposalOut(ResponseModel):
    """A repair that would make the labels agree; `agreement` is null if no version is live."""

    repair: str
    agreement: Probability | None
    sentence: str
    samples: list[SampleOut]


class FoundOut(ResponseModel):
    """What a file contains, after the checks."""

    by_label: Annotated[list[int], Field(min_length=10, max_length=10)]
    n_known: int
    n_refused: int
    refusals: list[str]
    """The first twenty reasons; all of them are at `/left-out.csv`."""
    assumed: dict[str, Any]
    """How the file is read, such as the label column and the range of the pixels."""
    repair: str
    """What is changed in each drawing."""
    samples: list[SampleOut]
    """Twenty drawings, until the import is stored or undone. Not in lists."""
    warnings: list[str]
    """What is odd, in sentences; empty if nothing is."""
    warning_facts: list[NoticeOut]
    """The same, in the same order."""
    agreement: AgreementOut | None
    """Null if no version is live."""
    proposal: ProposalOut | None
    needs: Literal["repair", "confirm"] | None
    """What `/store` must be sent, since a person must decide."""
    has_left_out_file: bool


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
