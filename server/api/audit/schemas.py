"""Schemas of the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from server.api.shared.paging import Page
from server.api.shared.schemas import Answer

Day = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    Field(json_schema_extra={"format": "date"}),
]


class AuditFilter(BaseModel):
    """Which events; days are UTC and inclusive."""

    model_config = ConfigDict(extra="forbid")
    by: Annotated[str, StringConstraints(max_length=64)] | None = None
    action: Annotated[str, StringConstraints(max_length=64)] | None = None
    subject: Annotated[str, StringConstraints(max_length=100)] | None = None
    since: Day | None = None
    until: Day | None = None


class AuditQuery(Page, AuditFilter):
    """Which part of the log."""


class AuditEventOut(Answer):
    """What somebody or something did; `name` and `subject_name` are accounts' addresses."""

    id: int
    at: datetime
    by: str
    name: str | None
    action: str
    subject: str
    subject_name: str | None
    facts: dict[str, Any]


class AuditOut(Answer):
    """Newest first."""

    items: list[AuditEventOut]
    next: str | None
