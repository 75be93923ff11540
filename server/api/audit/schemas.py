"""Schemas of the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from server.api.shared.paging import Page
from server.api.shared.schemas import ResponseModel

DayText = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    Field(json_schema_extra={"format": "date"}),
]


class AuditFilter(BaseModel):
    """Filters of the log; days are in UTC and inclusive."""

    model_config = ConfigDict(extra="forbid")
    by: Annotated[str, StringConstraints(max_length=64)] | None = None
    action: Annotated[str, StringConstraints(max_length=64)] | None = None
    subject: Annotated[str, StringConstraints(max_length=100)] | None = None
    since: DayText | None = None
    until: DayText | None = None


class AuditQuery(Page, AuditFilter):
    """A page of the filtered log."""


class AuditEventOut(ResponseModel):
    """One logged action; `name` and `subject_name` are e-mail addresses of accounts."""

    id: int
    at: datetime
    by: str
    name: str | None
    action: str
    subject: str
    subject_name: str | None
    facts: dict[str, Any]


class AuditOut(ResponseModel):
    """A page of the log, newest first."""

    items: list[AuditEventOut]
    next: str | None
