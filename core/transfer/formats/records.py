"""Drawings as a file has them, before any of them is stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from core.base.errors import InvalidInput
from core.base.kinds import DrawingStatus, Split
from core.imaging import IMAGING_VERSION, INK_SIDE_PX

INK_BYTES: Final = INK_SIDE_PX * INK_SIDE_PX
MAX_DRAWINGS: Final = 5_000_000  # in one file
MAX_LABEL: Final = 10  # in a file; see `DrawingRecord.label`


@dataclass(frozen=True, slots=True)
class LabelEntry:
    """One entry of a drawing's label history."""

    label: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What another Inkloop knew about a drawing; the fields are those of `tables.Drawing`.

    Only Inkloop's own Parquet files have it.
    """

    contributor_id: str
    source: str
    status: DrawingStatus
    split: Split
    created_at: datetime
    predicted_label: int | None
    predicted_version: int | None
    confidence: float | None
    confirmed_at: datetime | None
    reviewed_at: datetime | None
    labels: tuple[LabelEntry, ...]
    """All labels that the drawing ever had, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawingRecord:
    """One drawing of a file. Without `provenance` it is only an ink and its label."""

    label: int
    """A digit; or 10, in files that count from 1 or write 0 as 10: a repair resolves it."""
    ink: bytes
    id: str | None = None
    """Its UUID, if the file has one; else the import derives one from its position."""
    strokes: bytes | None = None
    picture: bytes | None = None
    imaging_version: int
    provenance: Provenance | None = None
    is_dim: bool = False
    """Whether its picture has a ground too dark for paper, and was read as a photograph."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """An entry that cannot be used; the rest of the file still can."""

    reason: str
    """A sentence that names the entry."""


Records = Iterator[DrawingRecord | Skipped]


def record_of_ink(label: int, ink: bytes, where: str) -> DrawingRecord | Skipped:
    """A record of bare ink; blank ink is skipped. `where` names the entry in messages.

    Raises: InvalidInput, if the label is not a digit or the ink does not have 784 bytes: the file
    is malformed then, and no part of it can be trusted.
    """
    if not 0 <= label <= MAX_LABEL:
        raise InvalidInput(
            f"{where} has the label {label}: labels are the digits 0 to 9. Leave other drawings "
            "out of the file"
        )
    if len(ink) != INK_BYTES:
        raise InvalidInput(f"{where} has {len(ink)} pixels: a digit has 28 × 28 = 784")
    if not any(ink):
        return Skipped(f"{where} is blank")
    return DrawingRecord(label=label, ink=ink, imaging_version=IMAGING_VERSION)


def parse_uuid(text: object) -> str | None:
    """The UUID in its standard spelling; None if `text` is not one."""
    try:
        return str(UUID(text)) if isinstance(text, str) else None
    except ValueError:
        return None
